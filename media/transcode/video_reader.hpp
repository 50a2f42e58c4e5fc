#pragma once

#include "media/av/av_ptr.hpp"
#include "media/av/source.hpp"
#include "model/error.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace weike::media {

// Decodes one video stream, from the start or from a key frame, in order of showing. Belongs to one
// thread.
class VideoReader {
 public:
  static Result<VideoReader> open(int descriptor, int stream, const SourceOptions& options);

  // The next frame will be shown at or before `time_us` (container time) if the stream has a key
  // frame there; else reading begins at the start of the file.
  Result<> seek(std::int64_t time_us);
  // The next good frame, its `pts` in microseconds of container time; null at the end. Damaged
  // frames are left out and counted.
  Result<FramePtr> next();

  std::int64_t damaged_frames() const { return damaged_frames_; }
  // Decodes key frames only; for posters.
  void keep_key_frames_only() { decoder_->skip_frame = AVDISCARD_NONKEY; }
  AVStream& stream() { return source_.stream(stream_); }

 private:
  Result<> restart();
  bool find_key_packet(std::int64_t time_us);
  Result<> feed();
  std::int64_t to_us(std::int64_t time);

  int descriptor_ = -1;
  int stream_ = 0;
  SourceOptions options_;
  Source source_;
  CodecContextPtr decoder_;
  PacketPtr pending_;  // Read ahead by a seek.
  std::int64_t wanted_us_ = INT64_MIN;
  std::int64_t last_shown_us_ = INT64_MIN;
  std::int64_t damaged_frames_ = 0;
  bool is_drained_ = false;
};

}  // namespace weike::media
