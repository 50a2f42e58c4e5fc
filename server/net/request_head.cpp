#include "server/net/request_head.hpp"

#include "server/net/executor.hpp"
#include "server/net/target.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace weike::server {
namespace {

namespace beast = boost::beast;
using beast::http::field;
using beast::http::verb;

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

bool equals_ignoring_case(std::string_view a, std::string_view b) { return beast::iequals(a, b); }

http::Method method_of(verb method) {
  switch (method) {
    case verb::get:
      return http::Method::get;
    case verb::head:
      return http::Method::head;
    case verb::post:
      return http::Method::post;
    case verb::put:
      return http::Method::put;
    case verb::patch:
      return http::Method::patch;
    case verb::delete_:
      return http::Method::del;
    case verb::options:
      return http::Method::options;
    default:
      return http::Method::other;
  }
}

// What the framing rules need to know about the fields.
struct FramingFields {
  std::size_t hosts = 0;
  std::string_view host;
  std::size_t content_lengths = 0;
  std::string_view content_length;
  std::size_t transfer_encodings = 0;
  std::string_view transfer_encoding;
  std::string_view expect;
  std::string_view method_override;
};

// Keeps views of what is needed, and no container of its own.
class HeadParser final : public beast::http::basic_parser<true> {
 public:
  HeadParser(ParsedHead& parsed, FramingFields& framing, const NetOptions& options)
      : parsed_(parsed), framing_(framing), count_limit_(options.header_count_limit) {
    header_limit(static_cast<std::uint32_t>(options.head_limit_bytes + 1));
    body_limit(boost::none);
  }

  std::string_view target() const { return target_; }
  int version() const { return version_; }
  bool has_too_many_fields() const { return parsed_.fields.size() > count_limit_; }

 private:
  using Failure = beast::error_code;

  void on_request_impl(verb method, beast::string_view, beast::string_view target, int version,
                       Failure&) override {
    parsed_.wire_method = method_of(method);
    target_ = view(target);
    version_ = version;
  }

  void on_field_impl(field name, beast::string_view name_text, beast::string_view value_text,
                     Failure& failure) override {
    const std::string_view value = view(value_text);
    parsed_.fields.push_back({view(name_text), value});
    if (has_too_many_fields()) {
      failure = beast::http::error::header_limit;
      return;
    }
    http::RequestHead& head = parsed_.head;
    switch (name) {
      case field::host:
        ++framing_.hosts, framing_.host = value;
        break;
      case field::content_length:
        ++framing_.content_lengths, framing_.content_length = value;
        break;
      case field::transfer_encoding:
        ++framing_.transfer_encodings, framing_.transfer_encoding = value;
        break;
      case field::expect:
        framing_.expect = value;
        break;
      case field::authorization:
        head.authorization = value;
        break;
      case field::cookie:
        head.cookie = value;
        break;
      case field::if_none_match:
        head.if_none_match = value;
        break;
      case field::if_range:
        head.if_range = value;
        break;
      case field::range:
        head.range = value;
        break;
      case field::accept_encoding:
        head.accept_encoding = value;
        break;
      case field::accept_language:
        head.accept_language = value;
        break;
      case field::unknown:
        take_unknown(view(name_text), value);
        break;
      default:
        break;
    }
  }

  void take_unknown(std::string_view name, std::string_view value) {
    if (equals_ignoring_case(name, "X-HTTP-Method-Override")) {
      framing_.method_override = value;
    } else if (equals_ignoring_case(name, "X-Forwarded-For")) {
      parsed_.forwarded_for = value;
    } else if (equals_ignoring_case(name, "X-Forwarded-Proto")) {
      parsed_.forwarded_proto = value;
    }
  }

  void on_response_impl(int, beast::string_view, int, Failure&) override {}
  void on_header_impl(Failure&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, Failure&) override {}
  std::size_t on_body_impl(beast::string_view, Failure&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, beast::string_view, Failure&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view, Failure&) override { return 0; }
  void on_finish_impl(Failure&) override {}

  ParsedHead& parsed_;
  FramingFields& framing_;
  const std::size_t count_limit_;
  std::string_view target_;
  int version_ = 0;
};

// RFC 9112 §6: a body must be delimited in exactly one way.
Refusal check_body_framing(const FramingFields& fields, ParsedHead& parsed) {
  BodyFraming& framing = parsed.framing;
  if (fields.transfer_encodings > 0) {
    if (fields.transfer_encodings > 1 || fields.content_lengths > 0 || parsed.is_http_1_0) {
      return Refusal::malformed;
    }
    if (!equals_ignoring_case(fields.transfer_encoding, "chunked")) {
      const std::string_view coding = fields.transfer_encoding;
      const std::size_t comma = coding.rfind(',');
      const bool ends_in_chunked =
          comma != std::string_view::npos &&
          coding.substr(0, comma).find("hunked") == std::string_view::npos &&
          equals_ignoring_case(coding.substr(comma + 1), " chunked");
      return ends_in_chunked ? Refusal::coding_not_implemented : Refusal::malformed;
    }
    framing.is_chunked = true;
  } else if (fields.content_lengths > 0) {
    const std::string_view digits = fields.content_length;
    const auto [end, failure] =
        std::from_chars(digits.data(), digits.data() + digits.size(), framing.content_length);
    if (fields.content_lengths > 1 || failure != std::errc{} ||
        end != digits.data() + digits.size() || digits.size() > 18) {
      return Refusal::malformed;
    }
  }
  return Refusal::none;
}

Refusal check_expectation(const FramingFields& fields, ParsedHead& parsed) {
  if (fields.expect.empty() || parsed.is_http_1_0) return Refusal::none;
  if (!equals_ignoring_case(fields.expect, "100-continue")) return Refusal::expectation_failed;
  parsed.framing.expects_continue = parsed.framing.has_body();
  return Refusal::none;
}

Refusal apply_method_override(const FramingFields& fields, ParsedHead& parsed) {
  parsed.head.method = parsed.wire_method;
  if (fields.method_override.empty() || parsed.wire_method != http::Method::post) {
    return Refusal::none;
  }
  constexpr std::array kMethods{http::Method::get,    http::Method::head,  http::Method::post,
                                http::Method::put,    http::Method::patch, http::Method::del,
                                http::Method::options};
  for (const http::Method method : kMethods) {
    if (fields.method_override == http::name_of(method)) {
      parsed.head.method = method;
      return Refusal::none;
    }
  }
  return Refusal::malformed;
}

Refusal take_target(std::string_view target, ParsedHead& parsed) {
  const std::optional<Target> split = split_target(target);
  if (!split || (split->path == "*" && parsed.wire_method != http::Method::options)) {
    return Refusal::malformed;
  }
  parsed.head.target = target;
  parsed.head.path = split->path;
  parsed.head.query = split->query;
  return Refusal::none;
}

// A request line that ends in "HTTP/2.0" and the like.
bool names_other_version(std::string_view head) {
  const std::string_view line = head.substr(0, head.find('\r'));
  const std::string_view version = line.substr(line.rfind(' ') + 1);
  return version.starts_with("HTTP/") && !version.starts_with("HTTP/1.");
}

}  // namespace

HeadScan scan_head(std::string_view bytes) {
  HeadScan scan;
  if (bytes.starts_with("\r\n")) scan.skipped = 2;
  std::size_t line = scan.skipped;
  while (true) {
    const std::size_t newline = bytes.find('\n', line);
    const std::size_t end = std::min(newline, bytes.size());
    for (std::size_t i = line; i < end; ++i) {
      const auto c = static_cast<unsigned char>(bytes[i]);
      const bool ends_line = c == '\r' && i + 1 >= end;
      if ((c < 0x20 && c != '\t' && !ends_line) || c == 0x7F) {
        scan.state = HeadScan::State::malformed;
        return scan;
      }
    }
    const bool is_folded =
        line > scan.skipped && line < end && (bytes[line] == ' ' || bytes[line] == '\t');
    const bool is_bare =
        newline != std::string_view::npos && (newline == line || bytes[newline - 1] != '\r');
    if (is_folded || is_bare) {
      scan.state = HeadScan::State::malformed;
      return scan;
    }
    if (newline == std::string_view::npos) return scan;
    if (newline == line + 1) {
      const bool has_request_line = line > scan.skipped;
      scan.state = has_request_line ? HeadScan::State::complete : HeadScan::State::malformed;
      scan.end = newline + 1;
      return scan;
    }
    line = newline + 1;
  }
}

Refusal parse_head(std::string_view bytes, const NetOptions& options, ParsedHead& parsed) {
  parsed.head = {};
  parsed.framing = {};
  parsed.forwarded_for = {};
  parsed.forwarded_proto = {};
  parsed.fields.clear();

  FramingFields fields;
  HeadParser parser(parsed, fields, options);
  beast::error_code failure;
  parser.put(asio::buffer(bytes), failure);
  if (parser.has_too_many_fields()) return Refusal::head_too_large;
  if (failure == beast::http::error::bad_version || parser.version() > 11) {
    return names_other_version(bytes) ? Refusal::version_not_supported : Refusal::malformed;
  }
  if (failure && failure != beast::http::error::need_more) return Refusal::malformed;
  if (!parser.is_header_done()) return Refusal::malformed;
  parsed.is_http_1_0 = parser.version() == 10;
  parsed.keep_alive = parser.keep_alive();

  if (parser.target().size() > options.target_limit_bytes) return Refusal::target_too_long;
  const bool host_is_missing = fields.hosts == 0 && !parsed.is_http_1_0;
  if (host_is_missing || fields.hosts > 1) return Refusal::malformed;
  if (fields.hosts == 1 && !is_valid_host(fields.host)) return Refusal::malformed;
  if (const Refusal refusal = check_body_framing(fields, parsed); refusal != Refusal::none) {
    return refusal;
  }
  if (const Refusal refusal = check_expectation(fields, parsed); refusal != Refusal::none) {
    return refusal;
  }
  if (const Refusal refusal = take_target(parser.target(), parsed); refusal != Refusal::none) {
    return refusal;
  }
  return apply_method_override(fields, parsed);
}

}  // namespace weike::server
