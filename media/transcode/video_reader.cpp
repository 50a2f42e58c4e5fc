#include "media/transcode/video_reader.hpp"

#include "media/av/av_error.hpp"
#include "media/av/decoder.hpp"

#include <array>

namespace weike::media {
namespace {

// Pictures this long before the wanted time are decoded only if others refer to them.
constexpr std::int64_t kSkipAhead = 1'000'000;
// A stream that never decodes must not be read for hours.
constexpr std::int64_t kMaxDamagedFrames = 20'000;

std::int64_t time_of(const AVPacket& packet) {
  return packet.pts != AV_NOPTS_VALUE ? packet.pts : packet.dts;
}

}  // namespace

Result<VideoReader> VideoReader::open(int descriptor, int stream, const SourceOptions& options) {
  VideoReader reader;
  reader.descriptor_ = descriptor;
  reader.stream_ = stream;
  reader.options_ = options;
  if (auto started = reader.restart(); !started) return started.error();
  return reader;
}

Result<> VideoReader::restart() {
  auto source = Source::open(descriptor_, options_);
  if (!source) return source.error();
  if (stream_ < 0 || stream_ >= source->stream_count())
    return rejected("damaged", "the planned stream is not there");
  source_ = std::move(*source);
  source_.keep_only(stream_);
  auto decoder = open_decoder(source_.stream(stream_), options_.max_pixels);
  if (!decoder) return decoder.error();
  decoder_ = std::move(*decoder);
  pending_.reset();
  is_drained_ = false;
  last_shown_us_ = INT64_MIN;
  return {};
}

std::int64_t VideoReader::to_us(std::int64_t time) {
  return av_rescale_q(time, source_.stream(stream_).time_base, kMicroseconds);
}

Result<> VideoReader::seek(std::int64_t time_us) {
  wanted_us_ = time_us;
  last_shown_us_ = INT64_MIN;
  is_drained_ = false;
  // Some containers only seek near the wanted time, so step back until a key frame comes before it.
  constexpr std::array<std::int64_t, 4> kStepsBack{0, 2'000'000, 10'000'000, 40'000'000};
  for (const std::int64_t step : kStepsBack) {
    const std::int64_t target =
        av_rescale_q(time_us - step, kMicroseconds, source_.stream(stream_).time_base);
    if (avformat_seek_file(&source_.format(), stream_, INT64_MIN, target, target, 0) < 0) continue;
    avcodec_flush_buffers(decoder_.get());
    if (find_key_packet(time_us)) return {};
  }
  return restart();
}

bool VideoReader::find_key_packet(std::int64_t time_us) {
  while ((pending_ = source_.read())) {
    if (pending_->stream_index != stream_ || !(pending_->flags & AV_PKT_FLAG_KEY)) continue;
    const std::int64_t time = time_of(*pending_);
    return time != AV_NOPTS_VALUE && to_us(time) <= time_us;
  }
  return false;
}

Result<> VideoReader::feed() {
  PacketPtr packet = pending_ ? std::move(pending_) : source_.read();
  while (packet && packet->stream_index != stream_) packet = source_.read();
  if (packet && decoder_->skip_frame <= AVDISCARD_NONREF) {
    const std::int64_t time = time_of(*packet);
    const bool is_early =
        time != AV_NOPTS_VALUE && wanted_us_ != INT64_MIN && to_us(time) < wanted_us_ - kSkipAhead;
    decoder_->skip_frame = is_early ? AVDISCARD_NONREF : AVDISCARD_DEFAULT;
  }
  if (!packet) is_drained_ = true;
  const int sent = avcodec_send_packet(decoder_.get(), packet.get());
  if (sent == AVERROR(ENOMEM)) return av_failure("decode", sent);
  if (sent < 0 && packet && ++damaged_frames_ > kMaxDamagedFrames)
    return rejected("damaged", "no frame can be decoded");
  return {};
}

Result<FramePtr> VideoReader::next() {
  while (true) {
    auto frame = make_frame();
    if (!frame) return av_failure("decode", AVERROR(ENOMEM));
    const int got = avcodec_receive_frame(decoder_.get(), frame.get());
    if (got == AVERROR_EOF) return FramePtr();
    if (got == AVERROR(EAGAIN)) {
      if (is_drained_) return FramePtr();
      if (auto fed = feed(); !fed) return fed.error();
      continue;
    }
    if (got < 0) {
      if (got == AVERROR(ENOMEM)) return av_failure("decode", got);
      if (++damaged_frames_ > kMaxDamagedFrames || is_drained_)
        return is_drained_ ? Result<FramePtr>(FramePtr())
                           : Result<FramePtr>(rejected("damaged", "no frame can be decoded"));
      continue;
    }
    const bool is_broken = (frame->flags & AV_FRAME_FLAG_CORRUPT) || frame->decode_error_flags != 0;
    const std::int64_t time = frame->best_effort_timestamp;
    if (is_broken || time == AV_NOPTS_VALUE || !frame->data[0]) {
      ++damaged_frames_;
      continue;
    }
    frame->pts = to_us(time);
    if (frame->pts <= last_shown_us_) continue;  // Time may not run backwards.
    last_shown_us_ = frame->pts;
    return frame;
  }
}

}  // namespace weike::media
