#include "server/jobs/wish_list.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

namespace weike::server {
namespace {

using Wake = std::function<void()>;

enum class Phase { open, begun, left_to_others };

struct Waiting {
  Phase phase = Phase::open;
  std::uint64_t since = 0;            // Smaller is older.
  std::map<std::uint64_t, Wake> who;  // By wish.
};

// Sound is named 'a' and its rate (media/plan/plan.hpp).
bool is_sound(const WantedSegment& segment) { return segment.rendition.starts_with('a'); }

}  // namespace

struct WishList::State {
  mutable std::mutex mutex;
  std::map<WantedSegment, Waiting> waiting;
  std::uint64_t last_number = 0;
  std::function<void()> tell_left_done;  // Set once.

  // Takes out what `is_meant` holds for and wakes it, unlocked.
  template <class IsMeant>
  void settle_if(IsMeant is_meant) {
    std::vector<Wake> wakes;
    bool was_left = false;
    {
      const std::scoped_lock lock(mutex);
      for (auto entry = waiting.begin(); entry != waiting.end();) {
        if (!is_meant(entry->first)) {
          ++entry;
          continue;
        }
        for (auto& [number, wake] : entry->second.who) wakes.push_back(std::move(wake));
        was_left |= entry->second.phase == Phase::left_to_others;
        entry = waiting.erase(entry);
      }
    }
    for (const auto& wake : wakes) wake();
    if (was_left && tell_left_done) tell_left_done();
  }

  void drop(const WantedSegment& segment, std::uint64_t wish) {
    Wake dropped;  // Destroyed unlocked: it may own whoever waits.
    bool was_left = false;
    {
      const std::scoped_lock lock(mutex);
      const auto entry = waiting.find(segment);
      if (entry == waiting.end()) return;
      auto& who = entry->second.who;
      const auto own = who.find(wish);
      if (own == who.end()) return;
      dropped = std::move(own->second);
      who.erase(own);
      if (!who.empty() || entry->second.phase == Phase::begun) return;
      was_left = entry->second.phase == Phase::left_to_others;
      waiting.erase(entry);
    }
    if (was_left && tell_left_done) tell_left_done();
  }

  bool has(Phase phase) const {
    const std::scoped_lock lock(mutex);
    return std::any_of(waiting.begin(), waiting.end(),
                       [&](const auto& entry) { return entry.second.phase == phase; });
  }
};

class WishList::Entry final : public Wish {
 public:
  Entry(std::weak_ptr<State> state, WantedSegment segment, std::uint64_t number)
      : state_(std::move(state)), segment_(std::move(segment)), number_(number) {}
  ~Entry() override {
    if (const auto state = state_.lock()) state->drop(segment_, number_);
  }
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;

 private:
  const std::weak_ptr<State> state_;
  const WantedSegment segment_;
  const std::uint64_t number_;
};

WishList::WishList() : state_(std::make_shared<State>()) {}

std::shared_ptr<WishList::Wish> WishList::add(const WantedSegment& segment, Wake wake) {
  const std::scoped_lock lock(state_->mutex);
  const auto number = ++state_->last_number;
  auto& waiting = state_->waiting[segment];
  if (waiting.since == 0) waiting.since = number;
  waiting.who[number] = std::move(wake);
  return std::make_shared<Entry>(state_, segment, number);
}

std::optional<WantedSegment> WishList::take() {
  const std::scoped_lock lock(state_->mutex);
  auto& waiting = state_->waiting;
  const auto is_open = [](const auto& entry) { return entry.second.phase == Phase::open; };
  auto best = waiting.end();
  for (auto entry = waiting.begin(); entry != waiting.end(); ++entry) {
    if (!is_open(*entry)) continue;
    const auto rank = [](const auto& of) {
      return std::pair(!is_sound(of.first), of.second.since);
    };
    if (best == waiting.end() || rank(*entry) < rank(*best)) best = entry;
  }
  if (best == waiting.end()) return std::nullopt;
  // The entries of one rung lie side by side, in the order of their numbers.
  while (best != waiting.begin()) {
    const auto before = std::prev(best);
    auto neighbour = best->first;
    if (neighbour.number == 0) break;
    --neighbour.number;
    if (before->first != neighbour || !is_open(*before)) break;
    best = before;
  }
  best->second.phase = Phase::begun;
  return best->first;
}

bool WishList::has_open() const { return state_->has(Phase::open); }

bool WishList::has_left() const { return state_->has(Phase::left_to_others); }

void WishList::on_left_done(std::function<void()> tell) {
  state_->tell_left_done = std::move(tell);
}

void WishList::leave_to_others(const WantedSegment& segment) {
  const std::scoped_lock lock(state_->mutex);
  const auto entry = state_->waiting.find(segment);
  if (entry == state_->waiting.end()) return;
  entry->second.phase = Phase::left_to_others;
  if (entry->second.who.empty()) state_->waiting.erase(entry);
}

void WishList::reopen(AssetId asset) {
  const std::scoped_lock lock(state_->mutex);
  for (auto& [segment, waiting] : state_->waiting) {
    const bool was_left = waiting.phase == Phase::left_to_others;
    if (segment.asset == asset && was_left) waiting.phase = Phase::open;
  }
}

void WishList::settle(const WantedSegment& segment) {
  state_->settle_if([&](const WantedSegment& each) { return each == segment; });
}

void WishList::settle_all(AssetId asset) {
  state_->settle_if([&](const WantedSegment& each) { return each.asset == asset; });
}

void WishList::settle_everything() {
  state_->settle_if([](const WantedSegment&) { return true; });
}

}  // namespace weike::server
