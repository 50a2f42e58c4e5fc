#pragma once

#include "media/av/av_ptr.hpp"
#include "media/av/source.hpp"
#include "media/plan/plan.hpp"
#include "model/error.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace weike::media {

// Samples of each channel, 48 kHz, nominally within ±1.
using Sound = std::vector<std::vector<float>>;

// The sound of a source on the output's time line: sample 0 stands with the first video frame. Any
// stretch can be read at any time and is always the same. One thread.
class AudioReader {
 public:
  static Result<AudioReader> open(int descriptor, const Plan& plan, const SourceOptions& options);

  // Samples [first, first + count), mixed to the plan's channels; silence where the source has
  // none.
  Result<Sound> read(std::int64_t first, std::int64_t count);

 private:
  // A stretch of the source at its own rate, while it is being filled.
  struct Stretch {
    std::int64_t first = 0;  // Source samples counted from the first packet.
    Sound channels;
    std::int64_t end() const { return first + static_cast<std::int64_t>(channels.front().size()); }
  };
  Result<> seek(std::int64_t time_us);
  Result<> fill(Stretch& stretch);
  Result<> add_frame(const AVFrame& frame, Stretch& stretch, std::int64_t& expected);
  Result<Sound> convert(const AVFrame& frame);
  Result<Sound> resample(const Sound& from) const;
  std::int64_t source_sample(const AVFrame& frame);

  Source source_;
  std::int64_t max_pixels_ = 0;
  int stream_ = 0;
  int channels_ = 2;
  int rate_ = 48'000;
  std::int64_t step_ = 1;       // Source samples between two that fall on an output sample.
  std::int64_t origin_us_ = 0;  // Of the first packet, container time.
  std::int64_t offset_ = 0;     // Of the first packet, output samples.
  PacketPtr pending_;
  SwrPtr mixer_;  // For frames of the shape below, within one stretch.
  int mixed_format_ = -1;
  AVChannelLayout mixed_layout_{};
  int mixed_rate_ = 0;
};

}  // namespace weike::media
