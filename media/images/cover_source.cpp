#include "media/images/cover_source.hpp"

#include "media/av/filter_graph.hpp"
#include "media/images/fitting.hpp"
#include "media/transcode/picture_chain.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <vector>

namespace weike::media {
namespace {

constexpr std::int64_t kNearUs = 1'000'000;
constexpr std::int64_t kMostFrames = 300;
// A source may have twice the frames of the grid; decoders give pictures a few packets later.
constexpr std::int64_t kMostPackets = 2 * kMostFrames + 64;
// Read, not decoded, to find a key frame in a container without an index.
constexpr std::int64_t kMostToFind = 2'000;
// The lesson's start in the source is known to the microsecond, its frames' times may be rounded.
constexpr std::int64_t kRoundingUs = 1'000;
constexpr int kPacketsToSign = 64;

// One field is enough for a still picture.
Result<FramePtr> without_fields(FramePtr picture) {
  auto graph = FilterGraph::create("field=type=top,scale=iw:2*ih:flags=bicubic", *picture);
  if (!graph) return graph.error();
  std::vector<FramePtr> out;
  if (auto run = graph->run(share(*picture), out); !run) return run.error();
  return out.empty() ? std::move(picture) : std::move(out.front());
}

}  // namespace

Result<CoverSource> CoverSource::open(int descriptor, const Plan& plan, OutputSink& sink) {
  auto reader = VideoReader::open(descriptor, plan.video_stream, SourceOptions{});
  if (!reader) return reader.error();
  reader->on_packet([&sink, packets = 0]() mutable {
    if (++packets % kPacketsToSign == 0) sink.progress(1, 1);
  });
  return CoverSource(std::move(*reader), plan);
}

Result<FramePtr> CoverSource::key_frame_near(std::int64_t time_us) {
  if (!seek_nearest(plan_->video_start_us + time_us)) return FramePtr();
  reader_.limit_packets(0);  // It alone, without a wait for the pictures behind it.
  ++decoded_packets_;
  auto picture = reader_.next();
  if (!picture || !*picture) return picture;
  return upright(std::move(*picture));
}

Result<FramePtr> CoverSource::picture_at(std::int64_t time_us) {
  // As the grid shows it: the last one up to half a frame later.
  const double frame_us = 1e6 / plan_->frame_rate.value();
  const std::int64_t until_us =
      plan_->video_start_us + time_us + static_cast<std::int64_t>(frame_us / 2);
  const auto key_us = seek(until_us);
  const double most_us = frame_us * kMostFrames;
  if (!key_us || static_cast<double>(until_us - *key_us) > most_us) return FramePtr();

  reader_.limit_packets(kMostPackets);
  const std::int64_t read_before = reader_.packets_read();
  FramePtr shown;
  while (true) {
    auto next = reader_.next();
    if (!next) return next;
    if (!*next || (*next)->pts > until_us) break;
    shown = std::move(*next);
  }
  decoded_packets_ += 1 + reader_.packets_read() - read_before;
  if (!shown || reader_.has_reached_limit()) return FramePtr();
  return upright(std::move(shown));
}

std::optional<std::int64_t> CoverSource::seek(std::int64_t source_us) {
  reader_.limit_packets(kMostToFind);
  return reader_.seek_key_frame(source_us);
}

// Of a key frame that the lesson shows; kNearUs if it is as far or farther away, or cut away.
std::int64_t CoverSource::distance(std::optional<std::int64_t> key_us,
                                   std::int64_t source_us) const {
  const std::int64_t begin_us = plan_->video_start_us - kRoundingUs;
  const std::int64_t end_us = plan_->video_start_us + std::int64_t{plan_->picture_ms()} * 1000;
  if (!key_us || *key_us < begin_us || *key_us >= end_us) return kNearUs;
  return std::min(kNearUs, std::abs(*key_us - source_us));
}

// False if none is near.
bool CoverSource::seek_nearest(std::int64_t source_us) {
  const auto before = seek(source_us);
  const std::int64_t nearest = distance(before, source_us);
  if (nearest == 0) return true;
  const auto other = seek(source_us + nearest - 1);
  if (distance(other, source_us) < nearest) return true;
  if (nearest == kNearUs) return false;
  return other == before || seek(source_us) == before;
}

Result<FramePtr> CoverSource::upright(FramePtr picture) const {
  if (plan_->is_interlaced) {
    auto clean = without_fields(std::move(picture));
    if (!clean) return clean;
    picture = std::move(*clean);
  }
  const VideoRung& top = plan_->video.front();
  const double scale = shrink_to(kPosterSide, top.width, top.height);
  return UprightPicture(*plan_, even_side(top.width, scale), even_side(top.height, scale))
      .make(std::move(picture));
}

}  // namespace weike::media
