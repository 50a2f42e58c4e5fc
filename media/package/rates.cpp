#include "media/package/rates.hpp"

#include "media/package/fmp4.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace weike::media {
namespace {

struct Stretch {
  double seconds = 0;
  double bits = 0;
};

double average_of(const std::vector<Stretch>& stretches) {
  Stretch sum;
  for (const Stretch& each : stretches) {
    sum.seconds += each.seconds;
    sum.bits += each.bits;
  }
  return sum.seconds > 0 ? sum.bits / sum.seconds : 0;
}

// The greatest rate of any stretches in a row that last between half and one and a half `target`.
// A lesson too short to have such a row peaks at its average.
double peak_of(const std::vector<Stretch>& stretches, double target) {
  double peak = average_of(stretches);
  for (std::size_t first = 0; first < stretches.size(); ++first) {
    Stretch row;
    for (std::size_t last = first; last < stretches.size(); ++last) {
      row.seconds += stretches[last].seconds;
      row.bits += stretches[last].bits;
      if (row.seconds > 1.5 * target) break;
      if (row.seconds >= 0.5 * target) peak = std::max(peak, row.bits / row.seconds);
    }
  }
  return peak;
}

double picture_seconds(const Plan& plan, const Segment& segment) {
  return static_cast<double>(segment.frame_count) / plan.frame_rate.value();
}

double sound_seconds(const Segment& segment) {
  return static_cast<double>(segment.audio_frame_count * kAudioFrameSamples) /
         static_cast<double>(kAudioRate);
}

// `size_of(i)`: the bytes of the plan's segment `i`.
template <class SizeOf>
std::vector<Stretch> stretches_of(const Plan& plan, std::string_view rendition, std::size_t count,
                                  const SizeOf& size_of) {
  std::vector<Stretch> stretches;
  for (std::size_t i = 0; i < std::min(count, plan.segments.size()); ++i) {
    stretches.push_back(
        {segment_seconds(plan, plan.segments[i], rendition), static_cast<double>(size_of(i)) * 8});
  }
  return stretches;
}

}  // namespace

double segment_seconds(const Plan& plan, const Segment& segment, std::string_view rendition) {
  return plan.find_audio(rendition) ? sound_seconds(segment) : picture_seconds(plan, segment);
}

MeasuredRate measure_rate(const Plan& plan, std::string_view rendition,
                          std::span<const std::uint64_t> segment_bytes,
                          std::span<const ByteRange> iframes) {
  const auto target = static_cast<double>(target_duration(plan));
  const auto all = stretches_of(plan, rendition, segment_bytes.size(),
                                [&](std::size_t i) { return segment_bytes[i]; });
  const auto keys = stretches_of(plan, rendition, iframes.size(),
                                 [&](std::size_t i) { return iframes[i].length; });
  return {std::string(rendition), std::llround(peak_of(all, target)), std::llround(average_of(all)),
          std::llround(peak_of(keys, target)), std::llround(average_of(keys))};
}

std::int64_t target_duration(const Plan& plan) {
  double longest = 1;
  for (const Segment& segment : plan.segments)
    longest = std::max({longest, picture_seconds(plan, segment), sound_seconds(segment)});
  return std::lround(std::ceil(longest - 0.0005));
}

}  // namespace weike::media
