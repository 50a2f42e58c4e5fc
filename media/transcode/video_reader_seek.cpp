// How a reader finds the places where it begins and ends.
#include "media/package/avc.hpp"
#include "media/transcode/video_reader.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace weike::media {
namespace {

// Some containers only seek near the wanted time, and the key frame there may be damaged: step back
// until a good frame comes before the time.
constexpr std::array<std::int64_t, 4> kStepsBack{0, 2'000'000, 10'000'000, 40'000'000};

std::span<const std::byte> view(const std::uint8_t* data, int size) {
  return std::as_bytes(std::span(data, static_cast<std::size_t>(size)));
}

// Whether all pictures behind it are shown behind it (ITU-T H.264, 7.4.1.2.4).
bool is_idr_picture(const AVPacket& packet, const AVCodecParameters& parameters) {
  if (parameters.codec_id != AV_CODEC_ID_H264) return false;
  const auto config = read_avc_config(view(parameters.extradata, parameters.extradata_size));
  if (!config) return false;
  const auto units = split_sample(view(packet.data, packet.size), config->length_bytes);
  return units && std::any_of(units->begin(), units->end(),
                              [](const auto unit) { return nal_type(unit) == NalType::idr_slice; });
}

}  // namespace

Result<> VideoReader::seek(std::int64_t time_us) {
  wanted_us_ = time_us;
  for (const std::int64_t step : kStepsBack) {
    auto begun = begin_at(time_us - step);
    if (!begun) return begun.error();
    if (*begun) return {};
  }
  return restart();
}

std::optional<std::int64_t> VideoReader::seek_key_frame(std::int64_t time_us) {
  wanted_us_ = time_us;
  for (const std::int64_t step : kStepsBack) {
    if (find_key_frame(time_us - step)) return to_us(time_of(*pending_));
  }
  return std::nullopt;
}

// False when no good frame at or before the wanted time comes from there.
Result<bool> VideoReader::begin_at(std::int64_t time_us) {
  if (!find_key_frame(time_us)) return false;
  auto first = next();
  if (!first) return first.error();
  const bool is_in_time = *first && (*first)->pts <= wanted_us_;
  if (is_in_time) ready_ = std::move(*first);
  return is_in_time;
}

// Seeks to `time_us` and reads up to the next key frame; false if that is not in time.
bool VideoReader::find_key_frame(std::int64_t time_us) {
  const std::int64_t target =
      av_rescale_q(time_us, kMicroseconds, source_.stream(stream_).time_base);
  if (avformat_seek_file(&source_.format(), stream_, INT64_MIN, target, target, 0) < 0)
    return false;
  avcodec_flush_buffers(decoder_.get());
  forget();
  return find_key_packet(wanted_us_);
}

bool VideoReader::find_key_packet(std::int64_t time_us) {
  while ((pending_ = read())) {
    if (pending_->stream_index != stream_ || !(pending_->flags & AV_PKT_FLAG_KEY)) continue;
    const std::int64_t time = time_of(*pending_);
    return time != AV_NOPTS_VALUE && to_us(time) <= time_us;
  }
  return false;
}

// Where times contradict each other, or something is damaged, it takes more to tell.
bool VideoReader::is_behind_the_end(const AVPacket& packet) {
  if (end_us_ == INT64_MAX || packet.pts == AV_NOPTS_VALUE || has_met_damage()) return false;
  const std::int64_t time_us = to_us(packet.pts);
  const bool follows = time_us > end_us_ && time_us <= end_us_ + end_step_us_;
  return follows && has_begun_ && latest_us_ < time_us &&
         is_idr_picture(packet, *stream().codecpar);
}

}  // namespace weike::media
