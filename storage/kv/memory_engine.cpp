#include "storage/kv/memory_engine.hpp"

#include <algorithm>
#include <iterator>

namespace weike::storage {

class MemoryEngine::View final : public Snapshot {
 public:
  View(MemoryEngine& engine, std::uint64_t number) : engine_(engine), number_(number) {}

  ~View() override {
    const std::lock_guard lock(engine_.mutex_);
    engine_.views_.erase(engine_.views_.find(number_));
  }

  Result<std::optional<std::string>> get(std::string_view key) override {
    const std::lock_guard lock(engine_.mutex_);
    const auto entry = engine_.entries_.find(key);
    if (entry == engine_.entries_.end()) return std::optional<std::string>{};
    const auto* value = value_at(entry->second, number_);
    return value == nullptr ? std::optional<std::string>{} : *value;
  }

  Result<> visit(const KeyRange& range, ScanDirection direction, const Visitor& visitor) override {
    const std::lock_guard lock(engine_.mutex_);
    const auto first = engine_.entries_.lower_bound(range.begin);
    const auto last = engine_.entries_.lower_bound(range.end);
    if (direction == ScanDirection::ascending) {
      walk(first, last, visitor);
    } else {
      walk(std::make_reverse_iterator(last), std::make_reverse_iterator(first), visitor);
    }
    return {};
  }

 private:
  template <class Iterator>
  void walk(Iterator entry, const Iterator& last, const Visitor& visitor) const {
    for (; entry != last; ++entry) {
      const auto* value = value_at(entry->second, number_);
      if (value != nullptr && *value && !visitor(entry->first, **value)) return;
    }
  }

  MemoryEngine& engine_;
  std::uint64_t number_;
};

std::unique_ptr<Snapshot> MemoryEngine::snapshot() {
  const std::lock_guard lock(mutex_);
  views_.insert(number_);
  return std::make_unique<View>(*this, number_);
}

Result<> MemoryEngine::write(std::span<const Changes* const> group, Durability) {
  const std::lock_guard lock(mutex_);
  ++number_;
  for (const auto* changes : group) apply(*changes);
  forget_outdated();
  return {};
}

// The newest value that is not newer than `number`; null if the key did not exist yet.
const std::optional<std::string>* MemoryEngine::value_at(const Versions& versions,
                                                         std::uint64_t number) {
  const auto after = std::find_if(versions.rbegin(), versions.rend(),
                                  [number](const Version& v) { return v.number <= number; });
  return after == versions.rend() ? nullptr : &after->value;
}

void MemoryEngine::apply(const Changes& changes) {
  for (const auto& [key, value] : changes) {
    auto& versions = entries_[key];
    versions.push_back({number_, value});
    if (versions.size() > 1 || !value) outdated_.push_back({number_, key});
  }
}

void MemoryEngine::forget_outdated() {
  const auto oldest = views_.empty() ? number_ : *views_.begin();
  for (; !outdated_.empty() && outdated_.front().number <= oldest; outdated_.pop_front())
    prune(outdated_.front().key, oldest);
}

// Keeps what a view at `oldest` or later can see.
void MemoryEngine::prune(const std::string& key, std::uint64_t oldest) {
  const auto entry = entries_.find(key);
  if (entry == entries_.end()) return;
  auto& versions = entry->second;
  const auto seen = std::find_if(versions.rbegin(), versions.rend(),
                                 [oldest](const Version& v) { return v.number <= oldest; });
  if (seen == versions.rend()) return;
  auto first_kept = std::prev(seen.base());
  if (!first_kept->value) ++first_kept;  // Erased is the same as not there.
  versions.erase(versions.begin(), first_kept);
  if (versions.empty()) entries_.erase(entry);
}

}  // namespace weike::storage
