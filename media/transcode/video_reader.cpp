#include "media/transcode/video_reader.hpp"

#include "media/av/av_error.hpp"
#include "media/av/decoder.hpp"

#include <algorithm>

namespace weike::media {
namespace {

// Pictures this long before the wanted time are decoded only if others refer to them.
constexpr std::int64_t kSkipAhead = 1'000'000;
// A stream's first frame is shown so soon.
constexpr std::int64_t kSoon = 1'000'000;
// So many of the frames that follow tell whether a frame's time fits in.
constexpr std::size_t kWitnesses = 2;
// A stream that never decodes must not be read for hours.
constexpr std::int64_t kMaxDamagedFrames = 20'000;

// Not libav's best effort where the file tells: that depends on what was decoded before.
std::int64_t time_of_frame(const AVFrame& frame) {
  return frame.pts != AV_NOPTS_VALUE ? frame.pts : frame.best_effort_timestamp;
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
  if (auto opened = open_source(trusting); !opened) return opened.error();
  auto started = start_decoder();
  if (source_.has_looked_at_packets()) return started;
  if (started && decoder_->codec_id == AV_CODEC_ID_H264 && decoder_->has_b_frames > 0) return {};
  if (auto looked = source_.look_at_packets(options_); !looked) return looked.error();
  return start_decoder();
}

Result<> VideoReader::open_source(const SourceOptions& options) {
  auto source = Source::open(descriptor_, options);
  if (!source) return source.error();
  if (stream_ < 0 || stream_ >= source->stream_count())
    return rejected("damaged", "the planned stream is not there");
  source_ = std::move(*source);
  return {};
}

Result<> VideoReader::start_decoder() {
  source_.keep_only(stream_);
  auto decoder = open_decoder(source_.stream(stream_), options_.max_pixels);
  if (!decoder) return decoder.error();
  decoder_ = std::move(*decoder);
  forget();
  return {};
}

std::int64_t VideoReader::time_of(const AVPacket& packet) {
  return packet.pts != AV_NOPTS_VALUE ? packet.pts : packet.dts;
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
  if (auto started = start_decoder(); !started) return started.error();
  return next();
}

void VideoReader::forget() {
  pending_.reset();
  ready_.reset();
  coming_.clear();
  damage_.start(INT64_MAX);
  has_begun_ = false;
  is_drained_ = false;
  is_over_ = false;
  last_shown_us_ = INT64_MIN;
  newest_us_ = INT64_MIN;
  sent_us_ = INT64_MIN;
  latest_us_ = INT64_MIN;
}

PacketPtr VideoReader::read() {
  if (packets_left_ <= 0) return nullptr;
  --packets_left_;
  ++packets_read_;
  if (tell_) tell_();
  return source_.read();
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
  latest_us_ = std::max(latest_us_, sent_us_);
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
  if (packet && is_behind_the_end(*packet)) packet.reset();
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

bool VideoReader::is_good(const AVFrame& frame) {
  const bool is_broken = (frame.flags & AV_FRAME_FLAG_CORRUPT) || frame.decode_error_flags != 0;
  const std::int64_t time = time_of_frame(frame);
  if (time == AV_NOPTS_VALUE || !frame.data[0]) {
    ++damaged_frames_;
    return false;
  }
  if (!is_broken) return true;
  damage_.fail(to_us(time));
  ++damaged_frames_;
  return false;
}

Result<FramePtr> VideoReader::next() {
  if (ready_) return std::move(ready_);
  while (true) {
    while (!is_over_ && coming_.size() <= witnesses()) {
      auto decoded = decode();
      if (!decoded) return decoded.error();
      is_over_ = !decoded->frame;
      if (!is_over_) coming_.push_back(std::move(*decoded));
    }
    if (leave_out_misplaced()) continue;
    if (coming_.empty()) {
      damage_.end();
      return FramePtr();
    }
    Decoded next = std::move(coming_.front());
    coming_.pop_front();
    last_shown_us_ = next.frame->pts;
    last_step_us_ = next.frame->pkt_duration;
    damage_.come_out(last_shown_us_, next.may_be_pair);
    return std::move(next.frame);
  }
}

// How many of the frames behind the next one have to be known before it is given: none where it
// comes when its turn is, so that nobody waits, or pays, for frames that nobody asked for.
std::size_t VideoReader::witnesses() {
  // Key frames are far apart; a look at those that follow would take long.
  if (coming_.empty() || decoder_->skip_frame >= AVDISCARD_NONKEY) return 0;
  const std::int64_t time_us = coming_.front().frame->pts;
  if (last_shown_us_ == INT64_MIN) return is_near_start(time_us) ? 0 : kWitnesses;
  const std::int64_t step = time_us - last_shown_us_;
  const bool is_in_turn = step > 0 && step <= last_step_us_ + last_step_us_ / 2;
  return is_in_turn ? 0 : kWitnesses;
}

// Whether a first frame may have that time: before what was sought, or soon after the stream
// begins.
bool VideoReader::is_near_start(std::int64_t time_us) {
  const std::int64_t start = stream().start_time;
  if (time_us <= wanted_us_) return true;
  return start != AV_NOPTS_VALUE && time_us <= to_us(start) + kSoon;
}

// Time may not run backwards: leaves out one of the frames that are coming if it does. Of two in
// the wrong order the frame behind them tells which is misplaced, so that a single time that is far
// too late hides nothing that follows, and one that is too early nothing that precedes.
bool VideoReader::leave_out_misplaced() {
  const auto time = [&](std::size_t i) { return coming_[i].frame->pts; };
  for (std::size_t i = 0; i < coming_.size(); ++i) {
    if (time(i) > last_shown_us_) continue;
    leave_out(i, i > 0 ? time(i - 1) : last_shown_us_);
    return true;
  }
  if (coming_.size() < 2 || time(1) > time(0)) return false;
  const bool is_first_late = time(1) < time(0) && (coming_.size() < 3 || time(2) <= time(0));
  leave_out(is_first_late ? 0 : 1, is_first_late ? last_shown_us_ : time(0));
  return true;
}

// The frame should have stood between the one shown at `before_us` and the one behind it. Where two
// frames have the same time none is missing.
void VideoReader::leave_out(std::size_t index, std::int64_t before_us) {
  const std::int64_t time_us = coming_[index].frame->pts;
  coming_.erase(coming_.begin() + static_cast<std::ptrdiff_t>(index));
  damage_.leave_out(time_us);
  if (time_us == before_us) return;
  ++damaged_frames_;
  if (index == coming_.size()) return;
  const std::int64_t after_us = coming_[index].frame->pts;
  const bool is_between = before_us != INT64_MIN && before_us < after_us;
  damage_.fail(is_between ? before_us + (after_us - before_us) / 2 : after_us);
}

// The next good frame in the decoder's order; none at the end.
Result<VideoReader::Decoded> VideoReader::decode() {
  while (true) {
    auto frame = make_frame();
    if (!frame) return av_failure("decode", AVERROR(ENOMEM));
    const int got = avcodec_receive_frame(decoder_.get(), frame.get());
    if (got == AVERROR_EOF || (got < 0 && is_drained_)) return Decoded{};
    if (got == AVERROR(EAGAIN)) {
      if (auto fed = feed(); !fed) return fed.error();
      continue;
    }
    if (got < 0) {
      if (auto noted = note_failure(got); !noted) return noted.error();
      continue;
    }
    if (!is_good(*frame)) continue;
    frame->sample_aspect_ratio =
        av_guess_sample_aspect_ratio(&source_.format(), &stream(), frame.get());
    const bool may_be_pair = frame->interlaced_frame != 0 || frame->pts == AV_NOPTS_VALUE;
    frame->pts = to_us(time_of_frame(*frame));
    frame->pkt_duration = to_us(frame->pkt_duration);
    return Decoded{std::move(frame), may_be_pair};
  }
}

}  // namespace weike::media
