#pragma once

#include <cstddef>
#include <string_view>

namespace weike::server {

// Where the head ends. Finds at once what could make two parsers disagree: bare CR or LF, NUL and
// other control characters, folded lines.
struct HeadScan {
  enum class State { incomplete, complete, malformed } state = State::incomplete;
  std::size_t skipped = 0;  // A few empty lines before the request line (RFC 9112 §2.2).
  std::size_t end = 0;      // One behind the empty line that ends the head, when complete.
};
HeadScan scan_head(std::string_view bytes);

}  // namespace weike::server
