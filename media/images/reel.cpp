#include "media/images/reel.hpp"

#include "media/images/storyboard.hpp"
#include "media/package/fmp4.hpp"
#include "media/package/segment_index.hpp"

#include <algorithm>
#include <cmath>

namespace weike::media {
namespace {

// Encoders are told to begin a GOP every so many frames of each segment (media/transcode).
std::vector<ReelFrame> key_frames(const Plan& plan) {
  std::vector<ReelFrame> frames;
  for (const Segment& segment : plan.segments) {
    for (std::int64_t i = 0; i < segment.frame_count; i += plan.gop_frames)
      frames.push_back({segment.number, segment.first_frame + i});
  }
  return frames;
}

}  // namespace

const std::string& reel_rendition(const Plan& plan) { return plan.video.back().name; }

std::vector<ReelFrame> reel_frames(const Plan& plan) {
  const auto keys = key_frames(plan);
  const StoryboardLayout layout = storyboard_layout(plan);
  std::vector<ReelFrame> frames;
  std::size_t at = 0;
  for (int tile = 0; tile < layout.tiles && !keys.empty(); ++tile) {
    const double wanted =
        static_cast<double>(tile * layout.step_ms) / 1000 * plan.frame_rate.value();
    const auto distance = [&](std::size_t i) {
      return std::abs(static_cast<double>(keys[i].number) - wanted);
    };
    while (at + 1 < keys.size() && distance(at + 1) < distance(at)) ++at;
    if (frames.empty() || frames.back() != keys[at]) frames.push_back(keys[at]);
  }
  return frames;
}

Result<Bytes> reel_fragment(const Plan& plan, const ReelFrame& frame,
                            std::span<const std::byte> segment) {
  const auto index = read_segment_index(segment, segment.size());
  if (!index) return index.error();
  auto gops_before = (frame.number - plan.segments.at(frame.segment).first_frame) / plan.gop_frames;
  std::uint64_t offset = index->data.offset;
  for (const IndexedSample& sample : index->samples) {
    if (sample.is_key && gops_before-- == 0) {
      const auto data = segment.subspan(offset, sample.size);
      const auto ticks = static_cast<std::int32_t>(video_timing(plan.frame_rate).frame_ticks);
      // Of the first picture of a segment, which is decoded at once: what the init segment's edit
      // list takes back.
      const int delay = index->samples.front().composition_offset / ticks;
      const Segment alone{.number = frame.segment, .first_frame = frame.number, .frame_count = 1};
      return video_segment(alone, plan.frame_rate, {{Bytes(data.begin(), data.end()), 0, true}},
                           delay);
    }
    offset += sample.size;
  }
  return Error{ErrorCode::corrupt, "a segment without its key frame"};
}

}  // namespace weike::media
