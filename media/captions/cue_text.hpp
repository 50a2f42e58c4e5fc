#pragma once

#include <string>
#include <string_view>

namespace weike::media {

// The text of one cue of SubRip or WebVTT, made safe to write into WebVTT: the tags b, i, u and
// ruby with rt stay, balanced; of other tags only what they enclose does, and of script and style
// not even that; everything else is escaped. No line is empty, and the result is empty if there is
// nothing to read.
std::string safe_cue_text(std::string_view text);

}  // namespace weike::media
