#pragma once

#include "media/task.hpp"
#include "media/transcode/rung_thread.hpp"

#include <memory>
#include <vector>

namespace weike::media {

// Whether the task wants this rendition made.
bool is_asked_for(const SegmentsTask& task, std::string_view rendition);

// The rungs' threads from the largest down to the smallest that is needed. The whole cascade above
// it runs, so that a segment's bytes do not depend on what else was asked for.
class Cascade {
 public:
  // `tap` (or null) looks at the plan's smallest rung, when that is made. `shelf` (or null) keeps
  // the pictures of the largest one's size. All outlive it.
  Cascade(const SegmentsTask& task, SegmentTap* tap, SegmentCollector& collector,
          PictureShelf* shelf = nullptr);
  ~Cascade();
  Cascade(const Cascade&) = delete;
  Cascade& operator=(const Cascade&) = delete;

  // No rendition with pictures was asked for.
  bool is_empty() const { return threads_.empty(); }
  // Waits for room. False when a rung has failed; the collector knows why.
  bool push(GridItem item) { return threads_.back()->input().push(std::move(item)); }
  void close() { threads_.back()->input().close(); }

 private:
  std::vector<std::unique_ptr<RungThread>> threads_;  // Smallest rung first.
};

}  // namespace weike::media
