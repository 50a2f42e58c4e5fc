#include "model/error.hpp"

#include <stdexcept>

namespace weike {

std::string_view name_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::not_found:
      return "not_found";
    case ErrorCode::invalid_argument:
      return "invalid_argument";
    case ErrorCode::conflict:
      return "conflict";
    case ErrorCode::unauthorized:
      return "unauthorized";
    case ErrorCode::forbidden:
      return "forbidden";
    case ErrorCode::too_large:
      return "too_large";
    case ErrorCode::unavailable:
      return "unavailable";
    case ErrorCode::deadline_exceeded:
      return "deadline_exceeded";
    case ErrorCode::locked:
      return "locked";
    case ErrorCode::rate_limited:
      return "rate_limited";
    case ErrorCode::precondition_failed:
      return "precondition_failed";
    case ErrorCode::unsupported_type:
      return "unsupported_type";
    case ErrorCode::rejected:
      return "rejected";
    case ErrorCode::checksum_mismatch:
      return "checksum_mismatch";
    case ErrorCode::gone:
      return "gone";
    case ErrorCode::out_of_space:
      return "out_of_space";
    case ErrorCode::corrupt:
      return "corrupt";
    case ErrorCode::internal:
      return "internal";
  }
  return "internal";
}

void throw_exception_from_error(const Error& error, const boost::source_location&) {
  throw std::runtime_error(std::string(name_of(error.code)) + ": " + error.message);
}

}  // namespace weike
