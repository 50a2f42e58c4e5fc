#include "server/net/response_head.hpp"

#include "api/http/problem.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <random>
#include <type_traits>

namespace weike::server {
namespace {

// Bodies up to this size are copied behind their head.
constexpr std::size_t kCopiedBodyBytes = std::size_t{4} * 1024;

void append_number(std::string& out, std::uint64_t number) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

void append_clean(std::string& out, std::string_view text) {
  const std::size_t begin = out.size();
  out.append(text);
  std::replace_if(
      out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(),
      [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F; }, ' ');
}

// 204 and 304 carry no Content-Length (RFC 9110 §8.6).
bool may_have_length(int status) { return status >= 200 && status != 204 && status != 304; }

}  // namespace

std::string_view DateText::now() {
  const std::time_t second = std::time(nullptr);
  if (second == second_) return {text_.data(), length_};
  second_ = second;
  std::tm parts{};
  gmtime_r(&second, &parts);
  // Day and month names must not follow the locale; this program never sets one.
  length_ = std::strftime(text_.data(), text_.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return {text_.data(), length_};
}

RequestIds::RequestIds() {
  std::random_device device;
  value_ = (static_cast<std::uint64_t>(device()) << 32) | device();
}

std::string_view RequestIds::next() {
  // A Weyl sequence through a bijective mix (SplitMix64): no value comes twice.
  value_ += 0x9E3779B97F4A7C15U;
  std::uint64_t mixed = value_;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9U;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBU;
  mixed ^= mixed >> 31;
  for (char& digit : text_) {
    digit = "0123456789abcdef"[mixed & 15U];
    mixed >>= 4;
  }
  return {text_.data(), text_.size()};
}

std::optional<std::uint64_t> body_length(const http::Body& body) {
  return std::visit(
      [](const auto& content) -> std::optional<std::uint64_t> {
        using Content = std::decay_t<decltype(content)>;
        if constexpr (std::is_same_v<Content, std::monostate>) {
          return 0;
        } else if constexpr (std::is_same_v<Content, std::string>) {
          return content.size();
        } else if constexpr (std::is_same_v<Content, http::SharedBytes>) {
          return content ? content->size() : 0;
        } else if constexpr (std::is_same_v<Content, http::FileBody>) {
          return content.length;
        } else if constexpr (std::is_same_v<Content, std::shared_ptr<http::PartsBody>>) {
          return content->length_bytes();
        } else {
          return std::nullopt;
        }
      },
      body);
}

void append_reply_head(std::string& out, const http::Response& response, const ReplyFrame& frame) {
  out.append("HTTP/1.1 ");
  append_number(out, static_cast<std::uint64_t>(response.status));
  out.push_back(' ');
  out.append(reason_phrase(response.status));
  out.append("\r\nDate: ");
  out.append(frame.date);
  out.append(response.headers.shared_text());
  if (const auto range = response.headers.content_range(); !range.empty()) {
    out.append("\r\nContent-Range: ");
    out.append(range);
  }
  for (const auto& [name, value] : response.headers.own_fields()) {
    out.append("\r\n");
    append_clean(out, name);
    out.append(": ");
    append_clean(out, value);
  }
  const std::optional<std::uint64_t> length = body_length(response.body);
  if (length && may_have_length(response.status)) {
    out.append("\r\nContent-Length: ");
    append_number(out, *length);
  }
  const bool is_endless = !length && !frame.is_head;
  if (!frame.keep_alive || is_endless) {
    out.append("\r\nConnection: close");
  } else if (frame.is_http_1_0) {
    out.append("\r\nConnection: keep-alive");
  }
  if (!frame.transport_security.empty()) {
    out.append("\r\nStrict-Transport-Security: ");
    out.append(frame.transport_security);
  }
  out.append("\r\nX-Request-Id: ");
  out.append(frame.request_id);
  out.append("\r\n\r\n");
}

const http::FileBody* append_reply(OutputQueue& output, http::Response& response,
                                   const ReplyFrame& frame, std::uint64_t& length) {
  append_reply_head(output.text(), response, frame);
  const bool has_body = !frame.is_head && may_have_length(response.status);
  length = has_body ? body_length(response.body).value_or(0) : 0;
  const http::FileBody* file = nullptr;
  if (length > 0) {
    if (auto* text = std::get_if<std::string>(&response.body)) {
      if (text->size() <= kCopiedBodyBytes) {
        output.text() += *text;
      } else {
        output.end_text();
        output.add(std::make_shared<const std::string>(std::move(*text)));
      }
    } else if (auto* shared = std::get_if<http::SharedBytes>(&response.body)) {
      output.end_text();
      output.add(std::move(*shared));
    } else {
      file = std::get_if<http::FileBody>(&response.body);
    }
  }
  output.end_text();
  return file;
}

std::uint64_t append_short_reply(std::string& out, const http::Response& response,
                                 const ReplyFrame& frame) {
  append_reply_head(out, response, frame);
  const auto* body = std::get_if<std::string>(&response.body);
  if (frame.is_head || body == nullptr) return 0;
  out += *body;
  return body->size();
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 423:
      return "Locked";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 460:
      return "Checksum Mismatch";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    case 507:
      return "Insufficient Storage";
    default:
      return "Unknown";
  }
}

http::Response refusal_response(Refusal refusal, http::Language language,
                                std::string_view request_id) {
  struct Row {
    ErrorCode code;
    const char* reason;
    int status;
  };
  const Row row = [refusal]() -> Row {
    switch (refusal) {
      case Refusal::target_too_long:
        return {ErrorCode::too_large, "target_too_long", 414};
      case Refusal::head_too_large:
        return {ErrorCode::too_large, "head_too_large", 431};
      case Refusal::version_not_supported:
        return {ErrorCode::invalid_argument, "http_version_not_supported", 505};
      case Refusal::coding_not_implemented:
        return {ErrorCode::invalid_argument, "transfer_coding_not_implemented", 501};
      case Refusal::method_not_implemented:
        return {ErrorCode::invalid_argument, "method_not_implemented", 501};
      case Refusal::misdirected:
        return {ErrorCode::invalid_argument, "misdirected_request", 421};
      case Refusal::expectation_failed:
        return {ErrorCode::invalid_argument, "expectation_failed", 417};
      case Refusal::timed_out:
        return {ErrorCode::deadline_exceeded, "request_timeout", 408};
      case Refusal::body_too_large:
        return {ErrorCode::too_large, "body_too_large", 413};
      case Refusal::none:
      case Refusal::malformed:
        break;
    }
    return {ErrorCode::invalid_argument, "malformed_request", 400};
  }();
  http::Response response = http::problem(Error{row.code, "refused before routing", row.reason},
                                          language, request_id, row.status);
  response.close_connection = true;
  return response;
}

}  // namespace weike::server
