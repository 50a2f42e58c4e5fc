#include "media/transcode/cascade.hpp"

#include <algorithm>

namespace weike::media {
namespace {

// What the task wants made of pictures of this rung's size.
std::vector<const VideoRung*> renditions_at(const SegmentsTask& task, const VideoRung& rung) {
  std::vector<const VideoRung*> renditions;
  if (is_asked_for(task, rung.name)) renditions.push_back(&rung);
  const auto& background = task.plan.background;
  if (background && is_asked_for(task, background->name) && background->width == rung.width &&
      background->height == rung.height)
    renditions.push_back(&*background);
  return renditions;
}

}  // namespace

bool is_asked_for(const SegmentsTask& task, std::string_view rendition) {
  return std::find(task.renditions.begin(), task.renditions.end(), rendition) !=
         task.renditions.end();
}

Cascade::Cascade(const SegmentsTask& task, SegmentTap* tap, SegmentCollector& collector,
                 PictureShelf* shelf) {
  const auto& rungs = task.plan.video;
  for (std::size_t i = rungs.size(); i-- > 0;) {
    RungThread::Options options{i, renditions_at(task, rungs[i])};
    if (threads_.empty() && options.renditions.empty()) continue;
    if (!threads_.empty()) options.next = threads_.back().get();
    if (i == 0) options.shelf = shelf;
    if (i + 1 == rungs.size() && is_asked_for(task, rungs[i].name)) options.tap = tap;
    threads_.push_back(std::make_unique<RungThread>(task.plan, options, collector));
  }
}

Cascade::~Cascade() {
  // Top first: each closes the one below when it is done.
  while (!threads_.empty()) threads_.pop_back();
}

}  // namespace weike::media
