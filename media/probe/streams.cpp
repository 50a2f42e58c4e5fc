#include "media/probe/streams.hpp"

#include "media/av/av_error.hpp"
#include "media/av/decoder.hpp"
#include "media/probe/display_matrix.hpp"

#include <array>
#include <cstring>

namespace weike::media {
namespace {

bool is_encrypted(const AVStream& stream) {
  const std::uint32_t tag = stream.codecpar->codec_tag;
  return tag == MKTAG('e', 'n', 'c', 'v') || tag == MKTAG('e', 'n', 'c', 'a') ||
         av_stream_get_side_data(&stream, AV_PKT_DATA_ENCRYPTION_INIT_INFO, nullptr);
}

bool is_picture_of_cover(const AVStream& stream) {
  return (stream.disposition & (AV_DISPOSITION_ATTACHED_PIC | AV_DISPOSITION_TIMED_THUMBNAILS)) !=
         0;
}

bool is_default(const AVStream& stream) {
  return (stream.disposition & AV_DISPOSITION_DEFAULT) != 0;
}

// Going from the last stream to the first.
bool is_better(Source& source, int candidate, int chosen) {
  return chosen == kNoStream || is_default(source.stream(candidate)) ||
         !is_default(source.stream(chosen));
}

Orientation read_orientation(const AVStream& stream) {
  std::size_t size = 0;
  const std::uint8_t* data = av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
  std::array<std::int32_t, 9> matrix{};
  if (!data || size < sizeof matrix) return {};
  std::memcpy(matrix.data(), data, sizeof matrix);
  return orientation_of(matrix);
}

}  // namespace

ToneCurve tone_curve_of(AVColorTransferCharacteristic transfer) {
  // Ten bits alone are not HDR; only the transfer function tells.
  if (transfer == AVCOL_TRC_ARIB_STD_B67) return ToneCurve::hlg;
  return transfer == AVCOL_TRC_SMPTE2084 ? ToneCurve::pq : ToneCurve::sdr;
}

Result<int> choose_video(Source& source) {
  int chosen = kNoStream;
  for (int i = source.stream_count(); i-- > 0;) {
    const AVStream& stream = source.stream(i);
    if (stream.codecpar->codec_type != AVMEDIA_TYPE_VIDEO || is_picture_of_cover(stream)) continue;
    if (is_better(source, i, chosen)) chosen = i;
  }
  if (chosen == kNoStream) return rejected("no_video", "no video track");
  const AVStream& stream = source.stream(chosen);
  if (is_encrypted(stream)) return rejected("encrypted", "encrypted video");
  if (!is_decodable(*stream.codecpar))
    return rejected("unsupported_codec", avcodec_get_name(stream.codecpar->codec_id));
  return chosen;
}

Result<int> choose_audio(Source& source) {
  int chosen = kNoStream;
  bool has_any = false;
  for (int i = source.stream_count(); i-- > 0;) {
    const AVStream& stream = source.stream(i);
    if (stream.codecpar->codec_type != AVMEDIA_TYPE_AUDIO) continue;
    if (is_encrypted(stream)) return rejected("encrypted", "encrypted sound");
    has_any = true;
    if (!is_decodable(*stream.codecpar) || stream.codecpar->sample_rate <= 0) continue;
    if (is_better(source, i, chosen)) chosen = i;
  }
  if (has_any && chosen == kNoStream) return rejected("unsupported_codec", "the sound's codec");
  return chosen;
}

VideoFacts declared_video(Source& source, int index) {
  const AVStream& stream = source.stream(index);
  const AVCodecParameters& parameters = *stream.codecpar;
  VideoFacts facts;
  facts.stream = index;
  facts.codec = avcodec_get_name(parameters.codec_id);
  facts.width = parameters.width;
  facts.height = parameters.height;
  facts.orientation = read_orientation(stream);
  facts.tone_curve = tone_curve_of(parameters.color_trc);
  facts.is_interlaced =
      parameters.field_order != AV_FIELD_UNKNOWN && parameters.field_order != AV_FIELD_PROGRESSIVE;
  const AVRational aspect = stream.sample_aspect_ratio.num > 0 ? stream.sample_aspect_ratio
                                                               : parameters.sample_aspect_ratio;
  if (aspect.num > 0 && aspect.den > 0) facts.sample_aspect = {aspect.num, aspect.den};
  return facts;
}

AudioFacts declared_audio(Source& source, int index) {
  const AVCodecParameters& parameters = *source.stream(index).codecpar;
  return {index,
          avcodec_get_name(parameters.codec_id),
          parameters.ch_layout.nb_channels,
          parameters.sample_rate,
          0,
          0};
}

std::optional<std::int64_t> declared_duration_us(Source& source) {
  const AVFormatContext& format = source.format();
  // Else libav has guessed it from packets or from the bit rate.
  if (format.duration_estimation_method != AVFMT_DURATION_FROM_STREAM) return std::nullopt;
  if (format.duration == AV_NOPTS_VALUE || format.duration <= 0) return std::nullopt;
  return format.duration;
}

}  // namespace weike::media
