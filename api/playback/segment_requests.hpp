#pragma once

#include "model/id.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

namespace weike::playback {

// Players ask for segments that are not made yet, and lessons are watched: the pipeline behind this
// makes what is wanted first. Threads may share it; no call blocks on the work.
class SegmentRequests {
 public:
  virtual ~SegmentRequests() = default;

  // A wish that lives as long as somebody waits: dropping it withdraws the wish.
  class Wish {
   public:
    virtual ~Wish() = default;
  };
  // Asks for segment `number` of `rendition` to be made next. `wake` is called once, from any
  // thread, also at once: the segment lies at its name now, or nobody will make it (look which).
  // Many wishes for one segment are one piece of work.
  virtual std::shared_ptr<Wish> want(AssetId asset, std::string_view rendition,
                                     std::uint32_t number, std::function<void()> wake) = 0;
  // Somebody watches the asset: what is made only for watched lessons may be worth making now.
  virtual void watched(AssetId asset) = 0;
};

}  // namespace weike::playback
