#pragma once

#include "model/error.hpp"

#include <string>
#include <string_view>

namespace weike::media {

// The text of a file whose encoding nobody states, as UTF-8 without a byte order mark: by the mark
// if there is one (UTF-8, UTF-16), else UTF-8 if it is well-formed, else GB18030, which GBK and
// GB2312 are parts of. Always the same answer for the same bytes. `invalid_argument`, reason
// captions_encoding, if it is none of these or holds characters that no text has.
Result<std::string> to_utf8(std::string_view bytes);

}  // namespace weike::media
