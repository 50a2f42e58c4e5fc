#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace weike::media {

// The text of one cue of SubRip or WebVTT, made safe to write into WebVTT: the tags b, i, u and
// ruby with rt stay, balanced; of other tags only what they enclose does, and of script and style
// not even that; everything else is escaped. No line is empty, and the result is empty if there is
// nothing to read. Takes time in proportion to the text: `looked_at`, if given, is raised by how
// many characters the searches passed.
std::string safe_cue_text(std::string_view text, std::size_t* looked_at = nullptr);

}  // namespace weike::media
