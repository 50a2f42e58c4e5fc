#include "media/probe/examine.hpp"

#include "media/av/av_error.hpp"
#include "media/av/decoder.hpp"
#include "media/av/source.hpp"
#include "media/probe/display_matrix.hpp"
#include "media/probe/timeline.hpp"
#include "media/transcode/video_reader.hpp"

#include <cstring>

namespace weike::media {
namespace {

constexpr int kNone = -1;

bool is_encrypted(const AVStream& stream) {
  const std::uint32_t tag = stream.codecpar->codec_tag;
  return tag == MKTAG('e', 'n', 'c', 'v') || tag == MKTAG('e', 'n', 'c', 'a') ||
         av_stream_get_side_data(&stream, AV_PKT_DATA_ENCRYPTION_INIT_INFO, nullptr);
}

bool is_picture_of_cover(const AVStream& stream) {
  return (stream.disposition & (AV_DISPOSITION_ATTACHED_PIC | AV_DISPOSITION_TIMED_THUMBNAILS)) !=
         0;
}

Result<int> choose_video(Source& source) {
  int chosen = kNone;
  for (int i = source.stream_count(); i-- > 0;) {
    const AVStream& stream = source.stream(i);
    if (stream.codecpar->codec_type != AVMEDIA_TYPE_VIDEO || is_picture_of_cover(stream)) continue;
    const bool is_better = chosen == kNone || (stream.disposition & AV_DISPOSITION_DEFAULT) ||
                           !(source.stream(chosen).disposition & AV_DISPOSITION_DEFAULT);
    if (is_better) chosen = i;
  }
  if (chosen == kNone) return rejected("no_video", "no video track");
  const AVStream& stream = source.stream(chosen);
  if (is_encrypted(stream)) return rejected("encrypted", "encrypted video");
  if (!is_decodable(*stream.codecpar))
    return rejected("unsupported_codec", avcodec_get_name(stream.codecpar->codec_id));
  return chosen;
}

// The default track, else the first, of those that can be decoded.
Result<int> choose_audio(Source& source) {
  int chosen = kNone;
  bool has_any = false;
  for (int i = source.stream_count(); i-- > 0;) {
    const AVStream& stream = source.stream(i);
    if (stream.codecpar->codec_type != AVMEDIA_TYPE_AUDIO) continue;
    if (is_encrypted(stream)) return rejected("encrypted", "encrypted sound");
    has_any = true;
    if (!is_decodable(*stream.codecpar) || stream.codecpar->sample_rate <= 0) continue;
    const bool is_better = chosen == kNone || (stream.disposition & AV_DISPOSITION_DEFAULT) ||
                           !(source.stream(chosen).disposition & AV_DISPOSITION_DEFAULT);
    if (is_better) chosen = i;
  }
  if (has_any && chosen == kNone) return rejected("unsupported_codec", "the sound's codec");
  return chosen;
}

Orientation read_orientation(const AVStream& stream) {
  std::size_t size = 0;
  const std::uint8_t* data = av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
  std::array<std::int32_t, 9> matrix{};
  if (!data || size < sizeof matrix) return {};
  std::memcpy(matrix.data(), data, sizeof matrix);
  return orientation_of(matrix);
}

ToneCurve tone_curve_of(AVColorTransferCharacteristic transfer) {
  // Ten bits alone are not HDR; only the transfer function tells.
  if (transfer == AVCOL_TRC_ARIB_STD_B67) return ToneCurve::hlg;
  return transfer == AVCOL_TRC_SMPTE2084 ? ToneCurve::pq : ToneCurve::sdr;
}

// What only a decoded frame shows for sure.
Result<> examine_first_frame(int descriptor, const Limits& limits, VideoFacts& video) {
  const SourceOptions options{limits.max_pixels, limits.max_streams};
  auto reader = VideoReader::open(descriptor, video.stream, options);
  if (!reader) return reader.error();
  auto frame = reader->next();
  if (!frame) return frame.error();
  if (!*frame) return rejected("damaged", "no frame can be decoded");
  const AVFrame& picture = **frame;
  video.width = picture.width;
  video.height = picture.height;
  video.tone_curve = tone_curve_of(picture.color_trc);
  const auto order = reader->stream().codecpar->field_order;
  video.is_interlaced =
      picture.interlaced_frame != 0 || (order != AV_FIELD_UNKNOWN && order != AV_FIELD_PROGRESSIVE);
  const AVRational aspect = reader->stream().sample_aspect_ratio.num > 0
                                ? reader->stream().sample_aspect_ratio
                                : picture.sample_aspect_ratio;
  if (aspect.num > 0 && aspect.den > 0) video.sample_aspect = {aspect.num, aspect.den};
  return {};
}

AudioFacts audio_facts(const AVStream& stream, int index, std::int64_t first_us) {
  const AVCodecParameters& parameters = *stream.codecpar;
  return {index, avcodec_get_name(parameters.codec_id), parameters.ch_layout.nb_channels,
          parameters.sample_rate, first_us};
}

}  // namespace

Result<SourceFacts> examine(int descriptor, const Limits& limits, OutputSink& sink) {
  auto source = Source::open(descriptor, {limits.max_pixels, limits.max_streams});
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
  facts.is_cut_short = timeline->is_cut_short;
  facts.video.stream = *video_stream;
  facts.video.codec = avcodec_get_name(source->stream(*video_stream).codecpar->codec_id);
  facts.video.orientation = read_orientation(source->stream(*video_stream));
  facts.video.first_us = timeline->frames_us.front();
  facts.video.end_us = timeline->end_us;
  facts.video.rate = measure_rate(timeline->frames_us);
  const std::int64_t span = std::max<std::int64_t>(1, timeline->end_us - facts.video.first_us);
  facts.video.bit_rate = av_rescale(timeline->video_bytes * 8, 1'000'000, span);
  if (timeline->audio_first_us)
    facts.audio =
        audio_facts(source->stream(*audio_stream), *audio_stream, *timeline->audio_first_us);
  if (auto seen = examine_first_frame(descriptor, limits, facts.video); !seen) return seen.error();
  return facts;
}

}  // namespace weike::media
