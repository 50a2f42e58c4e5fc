#pragma once

#include <boost/system/result.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace weike {

// What kind of failure it was, in words that belong to no protocol.
enum class ErrorCode {
  not_found,
  invalid_argument,
  conflict,
  unauthorized,
  forbidden,
  too_large,
  unavailable,
  deadline_exceeded,
  locked,
  rate_limited,
  precondition_failed,
  unsupported_type,
  rejected,  // The content was looked at and cannot be used, whatever is done next.
  checksum_mismatch,
  gone,
  out_of_space,
  corrupt,
  internal,
};

// The stable name of a code, as problem documents and logs show it: "not_found".
std::string_view name_of(ErrorCode code);

// A failure that input or environment caused.
struct Error {
  ErrorCode code = ErrorCode::internal;
  // For the log, in English; never shown to a client when the code is `internal`.
  std::string message;
  // A more exact machine word than the code, "title_too_long"; selects the message in zh and en.
  // Empty: the code's own name is used.
  std::string reason = {};
  // The field of the request that is at fault, as a JSON name; empty if none is.
  std::string field = {};
};

// Lets boost::system::result throw on value() of a failure; used by tests only.
[[noreturn]] void throw_exception_from_error(const Error& error,
                                             const boost::source_location& where);

// A value or an Error. Test it, then dereference; absence of a thing is std::optional inside.
template <class T = void>
class [[nodiscard]] Result : public boost::system::result<T, Error> {
 public:
  using boost::system::result<T, Error>::result;
};

}  // namespace weike
