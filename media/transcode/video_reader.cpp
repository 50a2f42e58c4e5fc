#include "media/transcode/video_reader.hpp"

#include "media/av/av_error.hpp"
#include "media/av/decoder.hpp"

#include <algorithm>
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
  reader.options_.only_stream = stream;
  if (auto started = reader.restart(); !started) return started.error();
  return reader;
}

// Looking at the first packets means to decode them once more than needed. An H.264 stream that
// tells how far its pictures are reordered can do without.
Result<> VideoReader::restart() {
  SourceOptions trusting = options_;
  trusting.trusts_header = true;
  const auto opened = open_source(trusting);
  if (opened && decoder_->codec_id == AV_CODEC_ID_H264 && decoder_->has_b_frames > 0) return {};
  return open_source(options_);
}

Result<> VideoReader::open_source(const SourceOptions& options) {
  auto source = Source::open(descriptor_, options);
  if (!source) return source.error();
  if (stream_ < 0 || stream_ >= source->stream_count())
    return rejected("damaged", "the planned stream is not there");
  source_ = std::move(*source);
  source_.keep_only(stream_);
  auto decoder = open_decoder(source_.stream(stream_), options_.max_pixels);
  if (!decoder) return decoder.error();
  decoder_ = std::move(*decoder);
  forget();
  return {};
}

std::int64_t VideoReader::to_us(std::int64_t time) {
  return av_rescale_q(time, source_.stream(stream_).time_base, kMicroseconds);
}

Result<FramePtr> VideoReader::glimpse() {
  decoder_->skip_idct = AVDISCARD_ALL;
  decoder_->skip_loop_filter = AVDISCARD_ALL;
  if (auto fed = feed(); !fed) return fed.error();
  avcodec_send_packet(decoder_.get(), nullptr);  // Do not wait for the pictures after it.
  auto frame = make_frame();
  if (!frame) return av_failure("decode", AVERROR(ENOMEM));
  const bool is_there = avcodec_receive_frame(decoder_.get(), frame.get()) == 0 && is_good(*frame);
  if (is_there) return frame;
  if (auto opened = open_source(options_); !opened) return opened.error();
  return next();
}

Result<> VideoReader::seek(std::int64_t time_us) {
  wanted_us_ = time_us;
  // Some containers only seek near the wanted time, and the key frame there may be damaged: step
  // back until a good frame comes before the time.
  constexpr std::array<std::int64_t, 4> kStepsBack{0, 2'000'000, 10'000'000, 40'000'000};
  for (const std::int64_t step : kStepsBack) {
    auto begun = begin_at(time_us - step);
    if (!begun) return begun.error();
    if (*begun) return {};
  }
  return restart();
}

// False when no good frame at or before the wanted time comes from there.
Result<bool> VideoReader::begin_at(std::int64_t time_us) {
  const std::int64_t target =
      av_rescale_q(time_us, kMicroseconds, source_.stream(stream_).time_base);
  if (avformat_seek_file(&source_.format(), stream_, INT64_MIN, target, target, 0) < 0)
    return false;
  avcodec_flush_buffers(decoder_.get());
  forget();
  if (!find_key_packet(wanted_us_)) return false;
  auto first = next();
  if (!first) return first.error();
  const bool is_in_time = *first && (*first)->pts <= wanted_us_;
  if (is_in_time) ready_ = std::move(*first);
  return is_in_time;
}

void VideoReader::forget() {
  pending_.reset();
  ready_.reset();
  damage_.start(INT64_MAX);
  has_begun_ = false;
  is_drained_ = false;
  last_shown_us_ = INT64_MIN;
  newest_us_ = INT64_MIN;
  sent_us_ = INT64_MIN;
}

PacketPtr VideoReader::read() {
  if (tell_) tell_();
  return source_.read();
}

bool VideoReader::find_key_packet(std::int64_t time_us) {
  while ((pending_ = read())) {
    if (pending_->stream_index != stream_ || !(pending_->flags & AV_PKT_FLAG_KEY)) continue;
    const std::int64_t time = time_of(*pending_);
    return time != AV_NOPTS_VALUE && to_us(time) <= time_us;
  }
  return false;
}

// Whether nobody will see the packet's picture: it is long before the wanted time, and a later one
// that is still in time has been fed. The decoder leaves it out if nothing refers to it.
bool VideoReader::is_dispensable(const AVPacket& packet) {
  if (packet.pts == AV_NOPTS_VALUE || wanted_us_ == INT64_MIN) return false;
  const std::int64_t time = to_us(packet.pts);
  return time < wanted_us_ - kSkipAhead && time < newest_us_;
}

void VideoReader::expect(const AVPacket& packet, bool may_be_left_out) {
  const std::int64_t time = time_of(packet);
  sent_us_ = time != AV_NOPTS_VALUE ? to_us(time) : INT64_MIN;
  if (!has_begun_ && (packet.flags & AV_PKT_FLAG_KEY)) {
    // A recording may begin amid a group of pictures, which is no damage.
    damage_.start(sent_us_);
    has_begun_ = true;
  }
  if (packet.pts == AV_NOPTS_VALUE || may_be_left_out) return;
  if (sent_us_ <= wanted_us_) newest_us_ = std::max(newest_us_, sent_us_);
  // Of these codecs each packet holds one frame that is shown; an edit list may leave it out.
  const AVCodecID codec = decoder_->codec_id;
  const bool is_countable = (codec == AV_CODEC_ID_H264 || codec == AV_CODEC_ID_HEVC) &&
                            decoder_->skip_frame <= AVDISCARD_NONREF;
  if (is_countable && !(packet.flags & AV_PKT_FLAG_DISCARD)) damage_.expect(sent_us_);
}

Result<> VideoReader::feed() {
  PacketPtr packet = pending_ ? std::move(pending_) : read();
  while (packet && packet->stream_index != stream_) packet = read();
  if (packet) {
    const bool is_left_out = decoder_->skip_frame <= AVDISCARD_NONREF && is_dispensable(*packet);
    if (decoder_->skip_frame <= AVDISCARD_NONREF)
      decoder_->skip_frame = is_left_out ? AVDISCARD_NONREF : AVDISCARD_DEFAULT;
    expect(*packet, is_left_out);
  } else {
    is_drained_ = true;
  }
  const int sent = avcodec_send_packet(decoder_.get(), packet.get());
  return sent < 0 && packet ? note_failure(sent) : Result<>();
}

Result<> VideoReader::note_failure(int code) {
  if (code == AVERROR(ENOMEM)) return av_failure("decode", code);
  if (sent_us_ != INT64_MIN) damage_.fail(sent_us_);
  if (++damaged_frames_ > kMaxDamagedFrames) return rejected("damaged", "no frame can be decoded");
  return {};
}

// Notes damage, also of the frames that should have come before.
bool VideoReader::is_good(const AVFrame& frame) {
  const bool is_broken = (frame.flags & AV_FRAME_FLAG_CORRUPT) || frame.decode_error_flags != 0;
  const std::int64_t time = frame.best_effort_timestamp;
  if (time == AV_NOPTS_VALUE || !frame.data[0]) {
    ++damaged_frames_;
    return false;
  }
  const bool is_pair = frame.interlaced_frame != 0 || frame.pts != time;
  damage_.come_out(to_us(time), is_pair);
  if (!is_broken) return true;
  damage_.fail(to_us(time));
  ++damaged_frames_;
  return false;
}

Result<FramePtr> VideoReader::next() {
  if (ready_) return std::move(ready_);
  while (true) {
    auto frame = make_frame();
    if (!frame) return av_failure("decode", AVERROR(ENOMEM));
    const int got = avcodec_receive_frame(decoder_.get(), frame.get());
    if (got == AVERROR_EOF || (got < 0 && is_drained_)) {
      damage_.end();
      return FramePtr();
    }
    if (got == AVERROR(EAGAIN)) {
      if (auto fed = feed(); !fed) return fed.error();
      continue;
    }
    if (got < 0) {
      if (auto noted = note_failure(got); !noted) return noted.error();
      continue;
    }
    if (!is_good(*frame)) continue;
    const AVRational aspect =
        av_guess_sample_aspect_ratio(&source_.format(), &stream(), frame.get());
    frame->sample_aspect_ratio = aspect;
    frame->pts = to_us(frame->best_effort_timestamp);
    if (frame->pts <= last_shown_us_) continue;  // Time may not run backwards.
    last_shown_us_ = frame->pts;
    return frame;
  }
}

}  // namespace weike::media
