#pragma once

#include "model/error.hpp"

#include <string>

namespace weike::media {

// The input is at fault; `cause` is the machine word of the verdict ("damaged", "too_long").
Error rejected(std::string cause, std::string detail);

// Whether `error` came from `rejected`.
bool is_rejection(const Error& error);

// Something of ours failed inside libav: `what` was tried, `code` is libav's number.
Error av_failure(const char* what, int code);

// Stops libav from writing to stderr, which belongs to the server's log. Cheap; may be called
// often.
void silence_libav();

}  // namespace weike::media
