#pragma once

#include "media/plan/coded_stream.hpp"
#include "media/plan/frame_rate.hpp"
#include "media/plan/plan.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace weike::media {

// A coded picture: when it is shown, in the container's time, and how large it is.
struct PictureSize {
  std::int64_t shown_us = 0;
  std::int64_t bytes = 0;
};

struct VideoFacts {
  int stream = 0;
  std::string codec;
  int width = 0;  // As coded.
  int height = 0;
  Rational sample_aspect{1, 1};
  Orientation orientation;
  ToneCurve tone_curve = ToneCurve::sdr;
  bool is_interlaced = false;
  std::int64_t bit_rate = 0;
  std::int64_t first_us = 0;  // Of the first shown frame, in the container's time.
  std::int64_t end_us = 0;    // When the last frame's time is over.
  SourceRate rate;
  std::vector<std::int64_t> frames_us = {};  // When each frame is shown; ascending, container time.
  std::int64_t surplus_frames = 0;           // Left out because their time is another frame's.
  std::vector<PictureSize> pictures = {};    // In decoding order.
  // Of H.264 in MP4 files with one pair of parameter sets.
  std::optional<CodedStream> coded = {};
  // Fills in the pictures of `coded`, for which each has to be looked at in the file; asked once
  // nothing else speaks against a copy. Empty: they are there. As long as the file is open.
  std::function<void(CodedStream&)> look_at_pictures = {};
};

struct AudioFacts {
  int stream = 0;
  std::string codec;
  int channels = 0;
  int sample_rate = 0;
  std::int64_t first_us = 0;  // In the container's time.
  std::int64_t end_us = 0;    // The same; when the last packet's time is over.
};

// What the probe found out about a source, from the packets that are really there.
struct SourceFacts {
  std::string container;
  VideoFacts video;
  std::optional<AudioFacts> audio;
  // What the container's header says, true or not.
  std::optional<std::int64_t> declared_duration_us;
  bool is_cut_short = false;  // A few of the declared packets are missing at the end.
};

}  // namespace weike::media
