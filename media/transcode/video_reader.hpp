#pragma once

#include "media/av/av_ptr.hpp"
#include "media/av/source.hpp"
#include "media/transcode/damage_log.hpp"
#include "model/error.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace weike::media {

// Decodes one video stream, from the start or from a key frame, in order of showing. Frames that
// are damaged, also those that the decoder concealed, and frames whose times contradict those of
// their neighbours are left out and noted. Belongs to one thread.
class VideoReader {
 public:
  static Result<VideoReader> open(int descriptor, int stream, const SourceOptions& options);

  // The next frame will be a good one that is shown at or before `time_us` (container time) if
  // there is one; else reading begins at the start of the file. Where reading begins depends on
  // nothing but the source and `time_us`.
  Result<> seek(std::int64_t time_us);
  // Goes to the source's key frame at or before `time_us`, whether it is good or not, and tells its
  // time; reading goes on there. It is the last one where the container has an index. Nothing if
  // none is found; seek again then.
  std::optional<std::int64_t> seek_key_frame(std::int64_t time_us);
  // Nobody will ask for a frame that is shown after `time_us`. Where the stream goes on within
  // `step_us` with a picture that nothing before it can come after, the stream is at its end there:
  // a decoder would have to see that picture and a few more to give the last ones before.
  void end_at(std::int64_t time_us, std::int64_t step_us) {
    end_us_ = time_us;
    end_step_us_ = step_us;
  }
  // The next good frame, its `pts` and `pkt_duration` in microseconds, of container time; null at
  // the end.
  Result<FramePtr> next();

  // `tell` is called with each packet that is read, also before the first wanted frame: a source
  // with one key frame is read from its start, which takes long.
  void on_packet(std::function<void()> tell) { tell_ = std::move(tell); }

  // From here on at most so many packets are read; then the stream is at its end until another
  // limit is set and a place is sought. A key frame that was sought counts as read.
  void limit_packets(std::int64_t most) { packets_left_ = most; }
  bool has_reached_limit() const { return packets_left_ <= 0; }
  // Packets read since the reader was opened.
  std::int64_t packets_read() const { return packets_read_; }

  // The first picture of the file, for what its header tells; the pixels are rough.
  // Nothing can be read afterwards.
  Result<FramePtr> glimpse();

  // Whether a frame that should have been shown after `after_us` and not after `until_us` is
  // damaged; told for sure once a later frame was given. Do not ask for earlier times again.
  bool is_damaged_between(std::int64_t after_us, std::int64_t until_us) {
    return damage_.has_between(after_us, until_us);
  }
  // A damaged frame has been met since reading began; what follows may show traces of it that
  // depend on where that was.
  bool has_met_damage() const { return !damage_.is_clean(); }
  // Frames and packets that could not be decoded or placed, of whatever time.
  std::int64_t damaged_frames() const { return damaged_frames_; }
  // Decodes key frames only; for posters.
  void keep_key_frames_only() { decoder_->skip_frame = AVDISCARD_NONKEY; }
  AVStream& stream() { return source_.stream(stream_); }

 private:
  struct Decoded {
    FramePtr frame;
    bool may_be_pair = false;  // Of fields that came in two packets.
  };
  Result<> restart();
  Result<> open_source(const SourceOptions& options);
  bool find_key_frame(std::int64_t time_us);
  bool find_key_packet(std::int64_t time_us);
  Result<> start_decoder();
  Result<bool> begin_at(std::int64_t time_us);
  Result<> feed();
  Result<Decoded> decode();
  std::size_t witnesses();
  bool is_near_start(std::int64_t time_us);
  bool leave_out_misplaced();
  void leave_out(std::size_t index, std::int64_t before_us);
  void expect(const AVPacket& packet, bool may_be_left_out);
  PacketPtr read();
  bool is_dispensable(const AVPacket& packet);
  bool is_behind_the_end(const AVPacket& packet);
  Result<> note_failure(int code);
  bool is_good(const AVFrame& frame);
  static std::int64_t time_of(const AVPacket& packet);
  std::int64_t to_us(std::int64_t time);
  void forget();

  int descriptor_ = -1;
  int stream_ = 0;
  SourceOptions options_;
  Source source_;
  CodecContextPtr decoder_;
  std::function<void()> tell_;
  std::int64_t packets_left_ = INT64_MAX;
  std::int64_t packets_read_ = 0;
  PacketPtr pending_;           // Read ahead by a seek.
  FramePtr ready_;              // Decoded ahead by a seek.
  std::deque<Decoded> coming_;  // Decoded ahead of `next`, as the decoder gave them.
  DamageLog damage_;
  std::int64_t wanted_us_ = INT64_MIN;
  std::int64_t end_us_ = INT64_MAX;
  std::int64_t end_step_us_ = 0;
  std::int64_t newest_us_ = INT64_MIN;  // Latest frame fed that is shown at or before wanted_us_.
  std::int64_t sent_us_ = INT64_MIN;    // Of the packet that the decoder works on.
  std::int64_t latest_us_ = INT64_MIN;  // Of all packets since reading began.
  std::int64_t last_shown_us_ = INT64_MIN;
  std::int64_t last_step_us_ = 0;  // How long that frame is to be shown; 0: nobody says.
  std::int64_t damaged_frames_ = 0;
  bool has_begun_ = false;  // A key frame was fed.
  bool is_drained_ = false;
  bool is_over_ = false;  // The decoder has given its last frame.
};

}  // namespace weike::media
