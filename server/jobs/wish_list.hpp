#pragma once

#include "api/playback/segment_requests.hpp"
#include "model/id.hpp"

#include <compare>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace weike::server {

// One segment of one rendition of an asset.
struct WantedSegment {
  AssetId asset;
  std::string rendition;
  std::uint32_t number = 0;
  auto operator<=>(const WantedSegment&) const = default;
};

// The segments that viewers wait for. Many wishes for one segment are one entry; an entry whose
// wishes were all dropped is forgotten unless its work has begun. Nobody is woken with a lock held.
// Threads may share it; a wish may outlive the list.
class WishList {
 public:
  using Wish = playback::SegmentRequests::Wish;
  WishList();

  // `wake` is called once, by whoever settles the segment.
  std::shared_ptr<Wish> add(const WantedSegment& segment, std::function<void()> wake);

  // The next segment to see to; its work has begun then. Sound goes first, which costs next to
  // nothing; then whoever waits longest, behind the segments just before it in the same rung, which
  // a player needs sooner.
  std::optional<WantedSegment> take();
  bool has_open() const;
  // Does somebody wait for what was left to others?
  bool has_left() const;
  // Called, from any thread, when nobody waits any more for something that was left to others. Set
  // before the first wish; must hold until `settle_everything`.
  void on_left_done(std::function<void()> tell);
  // Somebody else will deliver it soon: not to be taken again before `reopen`.
  void leave_to_others(const WantedSegment& segment);
  // What was left to others of this asset is open again.
  void reopen(AssetId asset);

  // Wakes all who wait for it and forgets it: it lies at its name, or nobody will make it.
  void settle(const WantedSegment& segment);
  void settle_all(AssetId asset);
  void settle_everything();

 private:
  struct State;
  class Entry;
  std::shared_ptr<State> state_;
};

}  // namespace weike::server
