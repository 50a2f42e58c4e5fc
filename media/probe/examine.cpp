#include "media/probe/examine.hpp"

#include "media/av/av_error.hpp"
#include "media/av/source.hpp"
#include "media/probe/coded_stream_reader.hpp"
#include "media/probe/display_matrix.hpp"
#include "media/probe/streams.hpp"
#include "media/probe/timeline.hpp"
#include "media/transcode/video_reader.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace weike::media {
namespace {

// As the codec says; it counts where the container says nothing.
Orientation coded_orientation(const AVFrame& picture) {
  const AVFrameSideData* found = av_frame_get_side_data(&picture, AV_FRAME_DATA_DISPLAYMATRIX);
  std::array<std::int32_t, 9> matrix{};
  if (!found || found->size < sizeof matrix) return {};
  std::memcpy(matrix.data(), found->data, sizeof matrix);
  return orientation_of(matrix);
}

// What only a decoded frame shows for sure.
Result<> examine_first_frame(int descriptor, const Limits& limits, VideoFacts& video) {
  const SourceOptions options{limits.max_pixels, limits.max_streams};
  auto reader = VideoReader::open(descriptor, video.stream, options);
  if (!reader) return reader.error();
  auto frame = reader->glimpse();
  if (!frame) return frame.error();
  if (!*frame) return rejected("damaged", "no frame can be decoded");
  const AVFrame& picture = **frame;
  video.width = picture.width;
  video.height = picture.height;
  video.tone_curve = tone_curve_of(picture.color_trc);
  const auto order = reader->stream().codecpar->field_order;
  // A film may begin with progressive pictures; the deinterlacer leaves those alone.
  video.is_interlaced |=
      picture.interlaced_frame != 0 || (order != AV_FIELD_UNKNOWN && order != AV_FIELD_PROGRESSIVE);
  const AVRational aspect = reader->stream().sample_aspect_ratio.num > 0
                                ? reader->stream().sample_aspect_ratio
                                : picture.sample_aspect_ratio;
  if (aspect.num > 0 && aspect.den > 0) video.sample_aspect = {aspect.num, aspect.den};
  if (video.orientation == Orientation{}) video.orientation = coded_orientation(picture);
  return {};
}

}  // namespace

Result<SourceFacts> examine(int descriptor, const Limits& limits, OutputSink& sink) {
  SourceOptions options{limits.max_pixels, limits.max_streams};
  options.trusts_pictures = true;  // The first one is decoded below.
  auto source = Source::open(descriptor, options);
  if (!source) return source.error();
  auto video_stream = choose_video(*source);
  if (!video_stream) return video_stream.error();
  auto audio_stream = choose_audio(*source);
  if (!audio_stream) return audio_stream.error();
  auto timeline = read_timeline(*source, *video_stream, *audio_stream, limits, sink);
  if (!timeline) return timeline.error();
  if (timeline->frames_us.size() < 2) return rejected("too_short", "a single frame");

  SourceFacts facts;
  facts.container = source->container();
  facts.declared_duration_us = declared_duration_us(*source);
  facts.is_cut_short = timeline->is_cut_short;
  facts.video = declared_video(*source, *video_stream);
  facts.video.first_us = timeline->frames_us.front();
  facts.video.end_us = timeline->end_us;
  facts.video.rate = measure_rate(timeline->frames_us);
  facts.video.surplus_frames = timeline->surplus_frames;
  const std::int64_t span = std::max<std::int64_t>(1, timeline->end_us - facts.video.first_us);
  facts.video.bit_rate = av_rescale(timeline->video_bytes * 8, 1'000'000, span);
  if (timeline->audio_first_us) {
    facts.audio = declared_audio(*source, *audio_stream);
    facts.audio->first_us = *timeline->audio_first_us;
    facts.audio->end_us = timeline->audio_end_us;
  }
  facts.video.frames_us = std::move(timeline->frames_us);
  for (const CodedPacket& packet : timeline->packets)
    if (!packet.is_cut_off) facts.video.pictures.push_back({packet.shown_us, packet.bytes});
  if (facts.container == "mp4")
    facts.video.coded = read_coded_header(source->stream(*video_stream));
  if (facts.video.coded)
    facts.video.look_at_pictures = [descriptor,
                                    packets = std::move(timeline->packets)](CodedStream& stream) {
      read_coded_pictures(descriptor, packets, stream);
    };
  if (auto seen = examine_first_frame(descriptor, limits, facts.video); !seen) return seen.error();
  return facts;
}

}  // namespace weike::media
