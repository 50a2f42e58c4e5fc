#pragma once

#include "api/http/conditional.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// Range requests (RFC 9110 §14). An absent field is an empty view.
namespace weike::http {

// Who asks for more pieces than this gets the whole: many small ones are an attack (§17.15).
inline constexpr std::size_t kMaxRanges = 16;

struct ByteRange {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

struct RangeAnswer {
  enum class Kind {
    whole,          // 200: no range was asked for, or one that a server ignores.
    part,           // 206 with Content-Range.
    parts,          // 206 as multipart/byteranges: see multipart_ranges.hpp.
    unsatisfiable,  // 416 with Content-Range "bytes */N".
  };
  Kind kind = Kind::whole;
  std::uint64_t offset = 0;  // Of what is sent; the whole for `whole`.
  std::uint64_t length = 0;
  std::vector<ByteRange> parts = {};  // Two or more, apart from each other, in the order asked for.
};

// What a GET with these fields gets of `size_bytes` bytes. Malformed ranges and other units get the
// whole (§14.2 allows it); so does an If-Range that is not true. Ranges that overlap or touch
// become one (§15.3.7.2): never is a byte sent twice.
RangeAnswer answer_range(std::string_view range, std::string_view if_range,
                         const Validators& validators, std::uint64_t size_bytes);

// The Content-Range field: "bytes 0-9/100".
std::string content_range(const ByteRange& range, std::uint64_t size_bytes);
// That, or "bytes */100" when unsatisfiable.
std::string content_range(const RangeAnswer& answer, std::uint64_t size_bytes);

}  // namespace weike::http
