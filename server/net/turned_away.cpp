#include "server/net/turned_away.hpp"

#include "api/http/problem.hpp"

#include <sys/socket.h>

#include <array>

namespace weike::server {
namespace {

constexpr const char* kRetryAfterSeconds = "5";

}  // namespace

void turn_away(int descriptor, ThreadContext& thread, Admission admission, Wire wire) {
  const bool is_full = admission == Admission::too_many_in_all;
  thread.shared.observer.note(is_full ? NetEvent::refused_in_all : NetEvent::refused_of_address);
  if (wire == Wire::tls) return;
  const std::string_view id = thread.ids.next();
  const Error error = is_full ? Error{ErrorCode::unavailable, "all places taken", "server_full"}
                              : Error{ErrorCode::rate_limited, "all places of an address taken",
                                      "too_many_connections"};
  http::Response response = http::problem(error, http::Language::zh, id);
  response.headers.add("Retry-After", kRetryAfterSeconds);
  std::string text;
  const ReplyFrame frame{.request_id = id, .date = thread.date.now(), .keep_alive = false};
  append_short_reply(text, response, frame);

  static_cast<void>(::send(descriptor, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
  ::shutdown(descriptor, SHUT_WR);
  // A request that is left unread makes the close a reset, which can overtake the answer.
  std::array<char, 4096> unread;
  while (::recv(descriptor, unread.data(), unread.size(), MSG_DONTWAIT) > 0) {
  }
}

}  // namespace weike::server
