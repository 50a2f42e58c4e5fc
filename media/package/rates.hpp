#pragma once

#include "media/package/segment_index.hpp"
#include "media/plan/plan.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace weike::media {

// Measured rates of a finished rendition, bits per second.
struct MeasuredRate {
  std::string rendition;
  std::int64_t peak_bps = 0;
  std::int64_t average_bps = 0;
  // Of its I-frame playlist; 0 for sound, and where it was not measured.
  std::int64_t iframe_peak_bps = 0;
  std::int64_t iframe_average_bps = 0;
};

// Seconds of a segment of the named rendition: of its pictures or of its sound.
double segment_seconds(const Plan& plan, const Segment& segment, std::string_view rendition);

// From the size of each segment file, in order. The peak is RFC 8216's (4.3.4.2): of any segments
// in a row that last together between 0.5 and 1.5 target durations. `iframes` as for
// `iframe_playlist`, or empty.
MeasuredRate measure_rate(const Plan& plan, std::string_view rendition,
                          std::span<const std::uint64_t> segment_bytes,
                          std::span<const ByteRange> iframes = {});

// What EXT-X-TARGETDURATION states, the same for all tracks, in seconds.
std::int64_t target_duration(const Plan& plan);

}  // namespace weike::media
