#include "api/http/cursor.hpp"

#include "api/http/base64.hpp"

namespace weike::http {
namespace {

constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kMaxCursorBytes = 1024;

}  // namespace

std::string CursorSigner::tag_of(std::string_view position) const {
  std::string message = purpose_;
  message.push_back('\0');
  message.append(position);
  return std::string(view_of(authenticator_.tag(message)).substr(0, kTagBytes));
}

std::string CursorSigner::seal(std::string_view position) const {
  std::string bytes = tag_of(position);
  bytes.append(position);
  return to_base64url(bytes);
}

Result<std::string> CursorSigner::open(std::string_view cursor) const {
  Error refused{ErrorCode::invalid_argument, "cursor was not made here", "invalid_cursor",
                "cursor"};
  if (cursor.size() > kMaxCursorBytes) return refused;
  const auto bytes = from_base64url(cursor);
  if (!bytes || bytes->size() < kTagBytes) return refused;
  const std::string_view position = std::string_view(*bytes).substr(kTagBytes);
  if (!equal_in_constant_time(std::string_view(*bytes).substr(0, kTagBytes), tag_of(position))) {
    return refused;
  }
  return std::string(position);
}

}  // namespace weike::http
