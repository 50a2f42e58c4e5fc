#pragma once

#include "media/av/source.hpp"
#include "media/task.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace weike::media {

// Where a picture's packet lies in the file.
struct CodedPacket {
  std::int64_t shown_us = 0;
  std::int64_t offset = -1;  // -1: the container does not tell.
  int bytes = 0;
  bool is_cut_off = false;  // By an edit list.
};

// When the packets of a source that are wholly inside the file are shown. Container time.
struct Timeline {
  std::vector<std::int64_t> frames_us;  // Ascending, no two the same.
  std::int64_t end_us = 0;              // The last frame's time is over.
  std::int64_t video_bytes = 0;
  std::optional<std::int64_t> audio_first_us;
  std::int64_t audio_end_us = 0;
  bool is_cut_short = false;  // Up to a twentieth of the frames is missing at the end.
  // Frames with the same time as another one, or none at all: there is no room for them.
  std::int64_t surplus_frames = 0;
  std::vector<CodedPacket> packets;  // Of the video, in decoding order.
};

// Walks over the packets of the two streams (`audio_stream` −1: none), decoding nothing. The
// content of an MP4 file is not read where its index tells the same; afterwards the source is of no
// other use. `pretend_bytes`: see Source::skip_content; incomplete_file where that does not work.
// Fails with a rejection: incomplete_file, encrypted, too_long, damaged.
Result<Timeline> read_timeline(Source& source, int video_stream, int audio_stream,
                               const Limits& limits, OutputSink& sink,
                               std::int64_t pretend_bytes = 0);

}  // namespace weike::media
