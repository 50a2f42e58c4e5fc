#pragma once

#include "model/error.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weike::media {

// A text that stands for a while, as a file says it: nothing of it is checked.
struct Cue {
  std::int64_t begin_ms = 0;
  std::int64_t end_ms = 0;
  std::string text;
};

// The cues of a SubRip or WebVTT file, in its order. Notes, styles, regions and the settings of
// cues are left out, and so are cues whose times can not be read; missing numbers and missing empty
// lines do no harm. `invalid_argument`: reason captions_format if it is neither, captions_too_many
// for more than `max_cues`.
Result<std::vector<Cue>> parse_cues(std::string_view text, std::size_t max_cues);

}  // namespace weike::media
