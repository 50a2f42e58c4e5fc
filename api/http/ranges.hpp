#pragma once

#include <cstdint>
#include <string>
#include <string_view>

// Range requests (RFC 9110 §14). An absent field is an empty view.
namespace weike::http {

struct RangeAnswer {
  enum class Kind {
    whole,          // 200: no range was asked for, or one that a server ignores.
    part,           // 206 with Content-Range.
    unsatisfiable,  // 416 with Content-Range "bytes */N".
  };
  Kind kind = Kind::whole;
  std::uint64_t offset = 0;  // Of what is sent; the whole for `whole`.
  std::uint64_t length = 0;
};

// What a GET with these fields gets of `size_bytes` bytes whose strong tag is `etag`. Malformed
// ranges, other units and several ranges at once get the whole (§14.2 allows it); so does an
// If-Range that is not this very tag (§13.1.5; dates never match, for no Last-Modified is sent).
RangeAnswer answer_range(std::string_view range, std::string_view if_range, std::string_view etag,
                         std::uint64_t size_bytes);

// The Content-Range field: "bytes 0-9/100", or "bytes */100" when unsatisfiable.
std::string content_range(const RangeAnswer& answer, std::uint64_t size_bytes);

}  // namespace weike::http
