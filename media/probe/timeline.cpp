#include "media/probe/timeline.hpp"

#include "media/av/av_error.hpp"
#include "media/probe/completeness.hpp"
#include "media/probe/streams.hpp"

#include <algorithm>
#include <cstring>

namespace weike::media {
namespace {

constexpr std::size_t kMaxFrames = 2'000'000;
constexpr std::int64_t kLongestLastFrame = 2'000'000;
constexpr std::int64_t kUsualFrame = 40'000;
constexpr int kPacketsBetweenSigns = 2'000;

class TimelineReader {
 public:
  TimelineReader(Source& source, int video, int audio, const Limits& limits, std::int64_t pretend)
      : source_(source), video_(video), audio_(audio), limits_(limits), pretend_bytes_(pretend) {}

  Result<Timeline> read(OutputSink& sink) {
    for (int i = 0; i < source_.stream_count(); ++i) {
      const bool is_wanted = i == video_ || i == audio_;
      source_.stream(i).discard = is_wanted ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
    }
    const bool is_indexed = source_.skip_content(pretend_bytes_);
    if (pretend_bytes_ > 0 && !is_indexed)
      return rejected("incomplete_file", "only the content would tell");
    int packets = 0;
    while (const PacketPtr packet = source_.read()) {
      if (++packets % kPacketsBetweenSigns == 0) sink.progress(packets, 0);
      if (auto taken = take(*packet); !taken) return taken.error();
    }
    return finish();
  }

 private:
  std::int64_t to_us(std::int64_t time, int stream) {
    return av_rescale_q(time, source_.stream(stream).time_base, kMicroseconds);
  }

  Result<> take(const AVPacket& packet) {
    if (packet.flags & AV_PKT_FLAG_CORRUPT) return {};  // Partly outside the file.
    if (av_packet_get_side_data(&packet, AV_PKT_DATA_ENCRYPTION_INFO, nullptr))
      return rejected("encrypted", "encrypted packets");
    if (packet.stream_index == audio_) {
      if (packet.pts == AV_NOPTS_VALUE) return {};
      const std::int64_t begin = to_us(packet.pts, audio_);
      if (!timeline_.audio_first_us) timeline_.audio_first_us = begin;
      timeline_.audio_end_us =
          std::max(timeline_.audio_end_us, begin + to_us(packet.duration, audio_));
      return {};
    }
    return packet.stream_index == video_ ? take_frame(packet) : Result<>();
  }

  Result<> take_frame(const AVPacket& packet) {
    ++whole_packets_;
    timeline_.video_bytes += packet.size;
    const std::int64_t duration = to_us(packet.duration, video_);
    std::int64_t time = packet.pts != AV_NOPTS_VALUE ? packet.pts : packet.dts;
    time = time != AV_NOPTS_VALUE ? to_us(time, video_) : next_us_;
    next_us_ = time + duration;
    const bool is_cut_off = (packet.flags & AV_PKT_FLAG_DISCARD) != 0;  // By an edit list.
    timeline_.packets.push_back({time, packet.pos, packet.size, is_cut_off});
    if (is_cut_off) return {};
    auto& frames = timeline_.frames_us;
    if (frames.empty() || time > last_us_) {
      last_us_ = time;
      last_duration_ = duration;
    }
    first_us_ = frames.empty() ? time : std::min(first_us_, time);
    frames.push_back(time);
    if ((last_us_ - first_us_) / 1000 > limits_.max_duration_ms ||
        timeline_.packets.size() > kMaxFrames)
      return rejected("too_long", "the frames span too long a time");
    return {};
  }

  Result<Timeline> finish() {
    auto& frames = timeline_.frames_us;
    if (auto checked = check_complete(); !checked) return checked.error();
    if (frames.empty()) return rejected("damaged", "no video frames");
    const auto counted = frames.size();
    std::sort(frames.begin(), frames.end());
    frames.erase(std::unique(frames.begin(), frames.end()), frames.end());
    timeline_.surplus_frames = static_cast<std::int64_t>(counted - frames.size());
    timeline_.end_us = frames.back() + last_frame_us();
    if (auto checked = check_duration(); !checked) return checked.error();
    return std::move(timeline_);
  }

  // How long the last frame is shown: as its packet says, if that is no longer than a frame may
  // well be, an earlier one was, or the sound goes on (a voice over the last slide).
  std::int64_t last_frame_us() const {
    const auto& frames = timeline_.frames_us;
    const auto steps = static_cast<std::int64_t>(frames.size()) - 1;
    const std::int64_t mean = steps > 0 ? (frames.back() - frames.front()) / steps : kUsualFrame;
    const std::int64_t guess = std::min(mean, kLongestLastFrame);
    if (last_duration_ <= 0) return guess;
    std::int64_t longest = kLongestLastFrame;
    for (std::size_t i = 1; i < frames.size(); ++i)
      longest = std::max(longest, frames[i] - frames[i - 1]);
    const std::int64_t sound_left =
        timeline_.audio_first_us ? timeline_.audio_end_us - frames.back() : 0;
    if (last_duration_ <= std::max(longest, sound_left)) return last_duration_;
    return std::max(guess, sound_left);
  }

  // Where the container says how long the file is and how long the lesson.
  Result<> check_duration() {
    if (!is_shorter_than_declared(source_)) return {};
    timeline_.is_cut_short = true;
    const auto declared_us = declared_duration_us(source_);
    const std::int64_t span_us = timeline_.end_us - timeline_.frames_us.front();
    if (declared_us && span_us * 20 < *declared_us * 19)
      return rejected("incomplete_file", std::to_string(span_us / 1000) + " of " +
                                             std::to_string(*declared_us / 1000) + " ms are there");
    return {};
  }

  // An MP4 file's index tells how many frames there should be.
  Result<> check_complete() {
    if (std::strcmp(source_.container(), "mp4") != 0) return {};
    const int declared = avformat_index_get_entries_count(&source_.stream(video_));
    if (whole_packets_ >= declared) return {};
    timeline_.is_cut_short = true;
    if (whole_packets_ * 20 < std::int64_t{declared} * 19)
      return rejected("incomplete_file", std::to_string(whole_packets_) + " of " +
                                             std::to_string(declared) + " frames are there");
    return {};
  }

  Source& source_;
  const int video_;
  const int audio_;
  const Limits& limits_;
  const std::int64_t pretend_bytes_;
  Timeline timeline_;
  std::int64_t whole_packets_ = 0;
  std::int64_t next_us_ = 0;
  std::int64_t first_us_ = 0;
  std::int64_t last_us_ = 0;
  std::int64_t last_duration_ = 0;
};

}  // namespace

Result<Timeline> read_timeline(Source& source, int video_stream, int audio_stream,
                               const Limits& limits, OutputSink& sink, std::int64_t pretend_bytes) {
  return TimelineReader(source, video_stream, audio_stream, limits, pretend_bytes).read(sink);
}

}  // namespace weike::media
