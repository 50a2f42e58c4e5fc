#include "media/transcode/picture_shelf.hpp"

#include "media/av/av_error.hpp"

#include <cstdint>

namespace weike::media {
namespace {

constexpr std::int64_t kMostBytes = 190'000'000;

Result<GridItem> another(const GridItem& item) {
  GridItem copy{item.segment, nullptr, item.number, item.begins_gop, item.summary};
  copy.is_upright = true;
  if (!item.picture) return copy;
  copy.picture = share(*item.picture);
  if (!copy.picture) return av_failure("share frame", AVERROR(ENOMEM));
  return copy;
}

}  // namespace

bool PictureShelf::has_room_for(const Plan& plan, const Segment& segment) {
  if (plan.video.empty()) return false;
  const VideoRung& top = plan.video.front();
  const std::int64_t picture_bytes = std::int64_t{top.width} * top.height * 3 / 2;
  return picture_bytes * segment.frame_count <= kMostBytes;
}

Result<> PictureShelf::keep(const GridItem& item) {
  auto kept = another(item);
  if (!kept) return kept.error();
  items_.push_back(std::move(*kept));
  return {};
}

Result<GridItem> PictureShelf::look_at(std::size_t index) const {
  return another(items_.at(index));
}

}  // namespace weike::media
