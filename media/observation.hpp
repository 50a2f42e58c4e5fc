#pragma once

#include "media/plan/plan.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <vector>

// What a lesson looks and sounds like, noted segment by segment while its smallest rung and its
// sound are made. Kept with the segments, so that nothing has to be decoded twice, and folded into
// the second part of the verdict sheet (server/jobs/content_sheet.hpp).
namespace weike::media {

// A part of the lesson in milliseconds from its start.
struct TimeSpan {
  std::int64_t from_ms = 0;
  std::int64_t to_ms = 0;
  bool operator==(const TimeSpan&) const = default;
};

// Rows and columns at the edges that stay black, in thousandths of the picture's height and width.
struct Borders {
  int left = 0;
  int top = 0;
  int right = 0;
  int bottom = 0;
  bool operator==(const Borders&) const = default;
};

struct PictureNotes {
  std::int64_t frames = 0;            // Of the output grid.
  std::int64_t damaged_frames = 0;    // Of these, shown as the last good picture because their own
                                      // could not be decoded.
  std::int64_t decoded_until_ms = 0;  // Where the last good picture of the source stood.
  // Spans within the segment; those that reach its ends go on in its neighbours if they do so
  // there too.
  std::vector<TimeSpan> black;
  std::vector<TimeSpan> frozen;
  std::optional<Borders> borders;  // Nothing when the whole segment is too dark to tell.
};

struct SoundNotes {
  double true_peak_db = -120;  // dBTP after gain and limiter (ITU-R BS.1770-4, annex 2).
  // Mean square of each 100 ms after K-weighting, summed over the channels as BS.1770-4 weighs
  // them, a single channel as two: what the loudness of the whole is gated and averaged from. The
  // lesson is cut every 100 ms from its start; a segment has those pieces that end in it.
  std::vector<float> energies;
  std::vector<TimeSpan> silent;  // Of whole pieces, so the first may begin just before the segment.
};

// Of one segment of one rendition: of the smallest rung the picture, of the largest sound the
// sound.
struct Observation {
  std::optional<PictureNotes> picture;
  std::optional<SoundNotes> sound;
};

void to_json(nlohmann::json& json, const Observation& observation);
// Throws nlohmann's exceptions.
void from_json(const nlohmann::json& json, Observation& observation);

// Whether notes could be those on `segment` of `plan`: counts, times and levels within bounds.
bool is_plausible(const Observation& observation, const Plan& plan, const Segment& segment);

}  // namespace weike::media
