#include "media/av/av_error.hpp"

extern "C" {
#include <libavutil/error.h>
#include <libavutil/log.h>
}

#include <array>
#include <cerrno>
#include <cstdlib>

namespace weike::media {

Error rejected(std::string cause, std::string detail) {
  ErrorCode code = ErrorCode::unsupported_type;
  if (cause == "damaged" || cause == "incomplete_file") code = ErrorCode::corrupt;
  if (cause.starts_with("too_") || cause == "frame_too_large") code = ErrorCode::too_large;
  return Error{code, std::move(detail), std::move(cause)};
}

bool is_rejection(const Error& error) {
  return error.code == ErrorCode::unsupported_type || error.code == ErrorCode::corrupt ||
         error.code == ErrorCode::too_large;
}

Error av_failure(const char* what, int code) {
  std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
  av_strerror(code, text.data(), text.size());
  const char* reason = code == AVERROR(ENOMEM) ? "child_memory" : "media_library";
  return Error{ErrorCode::internal, std::string(what) + ": " + text.data(), reason};
}

void silence_libav() {
  // SVT-AV1 has a voice of its own. Set before any thread of ours runs, and never again.
  static const int kQuiet = setenv("SVT_LOG", "0", 1);
  static_cast<void>(kQuiet);
  av_log_set_callback([](void*, int, const char*, va_list) {});
}

}  // namespace weike::media
