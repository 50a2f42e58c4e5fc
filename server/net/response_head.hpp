#pragma once

#include "api/http/message.hpp"
#include "server/net/output_queue.hpp"
#include "server/net/request_head.hpp"

#include <array>
#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

namespace weike::server {

// "Sun, 06 Nov 1994 08:49:37 GMT", made anew once a second. One thread.
class DateText {
 public:
  std::string_view now();

 private:
  std::time_t second_ = -1;
  std::array<char, 32> text_{};
  std::size_t length_ = 0;
};

// Request ids: 16 hex digits, unique within the process and hard to confuse between processes.
// One thread.
class RequestIds {
 public:
  RequestIds();
  // The view holds until the next call.
  std::string_view next();

 private:
  std::uint64_t value_;
  std::array<char, 16> text_{};
};

// What the connection adds to a handler's reply.
struct ReplyFrame {
  std::string_view request_id;
  std::string_view date;
  bool is_head = false;  // Answered without the body.
  bool is_http_1_0 = false;
  bool keep_alive = true;
  std::string_view transport_security = {};  // Strict-Transport-Security; empty: not sent.
};

// The length of the body as Content-Length says it; nothing for a stream of events.
std::optional<std::uint64_t> body_length(const http::Body& body);

// Appends status line, fields and the empty line. Control characters in a handler's field become
// spaces, so that nobody can smuggle a field in.
void append_reply_head(std::string& out, const http::Response& response, const ReplyFrame& frame);

// Appends the head, and the body if it is bytes in memory and must be sent. Returns the file that
// is to follow, or null. `length` becomes the bytes of the body that are sent, parts included.
const http::FileBody* append_reply(OutputQueue& output, http::Response& response,
                                   const ReplyFrame& frame, std::uint64_t& length);

// The same for a short answer that is not queued; returns the bytes of the body.
std::uint64_t append_short_reply(std::string& out, const http::Response& response,
                                 const ReplyFrame& frame);

std::string_view reason_phrase(int status);

// The problem document for a request that never reached a route; it closes the connection.
http::Response refusal_response(Refusal refusal, http::Language language,
                                std::string_view request_id);

}  // namespace weike::server
