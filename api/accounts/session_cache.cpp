#include "api/accounts/session_cache.hpp"

#include <mutex>

namespace weike::accounts {
namespace {

constexpr Milliseconds kBelievedFor = std::chrono::seconds{5};
constexpr std::size_t kMaxEntries = 50'000;

}  // namespace

bool SessionCache::is_fresh(const Entry& entry) const {
  const auto now = clock_.now();
  // A clock that was set back must not prolong anything.
  return entry.read_at <= now && now < entry.read_at + kBelievedFor && now < entry.view.expires_at;
}

std::optional<SessionView> SessionCache::find(std::string_view hash) const {
  const std::shared_lock lock(mutex_);
  const auto found = entries_.find(hash);
  if (found == entries_.end() || !is_fresh(found->second)) return std::nullopt;
  return found->second.view;
}

bool SessionCache::has(std::string_view hash) const {
  const std::shared_lock lock(mutex_);
  const auto found = entries_.find(hash);
  return found != entries_.end() && is_fresh(found->second);
}

std::uint64_t SessionCache::generation() const {
  const std::shared_lock lock(mutex_);
  return generation_;
}

void SessionCache::put(std::string_view hash, const SessionView& view, std::uint64_t generation) {
  const std::scoped_lock lock(mutex_);
  if (generation != generation_) return;
  make_room();
  entries_.insert_or_assign(std::string(hash), Entry{view, clock_.now()});
}

void SessionCache::make_room() {
  if (entries_.size() < kMaxEntries) return;
  std::erase_if(entries_, [&](const auto& entry) { return !is_fresh(entry.second); });
  if (entries_.size() >= kMaxEntries) entries_.clear();
}

void SessionCache::drop(std::string_view hash) {
  const std::scoped_lock lock(mutex_);
  ++generation_;
  if (const auto found = entries_.find(hash); found != entries_.end()) entries_.erase(found);
}

void SessionCache::drop_account(AccountId account) {
  const std::scoped_lock lock(mutex_);
  ++generation_;
  std::erase_if(entries_, [&](const auto& entry) { return entry.second.view.viewer.is(account); });
}

}  // namespace weike::accounts
