#include "server/net/request_head.hpp"

#include "server/net/executor.hpp"
#include "server/net/framing_rules.hpp"
#include "server/net/target.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include <algorithm>
#include <optional>

namespace weike::server {
namespace {

namespace beast = boost::beast;
using beast::http::field;
using beast::http::verb;

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

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

// Keeps views of what is needed, and no container of its own.
class HeadParser final : public beast::http::basic_parser<true> {
 public:
  HeadParser(ParsedHead& parsed, FramingFields& framing, const NetOptions& options)
      : parsed_(parsed), framing_(framing), count_limit_(options.header_count_limit) {
    header_limit(static_cast<std::uint32_t>(options.head_limit_bytes + 1));
    body_limit(boost::none);
  }

  std::string_view target() const { return target_; }
  bool is_connect() const { return is_connect_; }
  bool has_too_many_fields() const { return parsed_.fields.size() > count_limit_; }

 private:
  using Failure = beast::error_code;

  void on_request_impl(verb method, beast::string_view, beast::string_view target, int version,
                       Failure&) override {
    parsed_.wire_method = method_of(method);
    parsed_.is_http_1_0 = version == 10;
    is_connect_ = method == verb::connect;
    target_ = view(target);
  }

  void on_field_impl(field name, beast::string_view name_text, beast::string_view value_text,
                     Failure& failure) override {
    const HeadField known{view(name_text), view(value_text)};
    parsed_.fields.push_back(known);
    if (has_too_many_fields()) {
      failure = beast::http::error::header_limit;
      return;
    }
    if (!take_framing(name, known.value)) take_list(name, known);
  }

  // Fields that decide how the message is read. False if it is none of them.
  bool take_framing(field name, std::string_view value) {
    switch (name) {
      case field::host:
        ++framing_.hosts, framing_.host = value;
        return true;
      case field::content_length:
        ++framing_.content_lengths, framing_.content_length = value;
        return true;
      case field::transfer_encoding:
        ++framing_.transfer_encodings, framing_.transfer_encoding = value;
        return true;
      case field::connection:
        take_connection_options(value, framing_);
        return true;
      case field::expect:
        take_expectations(value, framing_);
        return true;
      case field::authorization:
        ++framing_.authorizations, parsed_.head.authorization = value;
        return true;
      default:
        return false;
    }
  }

  void take_list(field name, const HeadField& known) {
    http::RequestHead& head = parsed_.head;
    switch (name) {
      case field::cookie:
        return take(head.cookie, known, "; ");
      case field::if_match:
        return take(head.if_match, known, ", ");
      case field::if_none_match:
        return take(head.if_none_match, known, ", ");
      case field::if_modified_since:
        return take(head.if_modified_since, known, ", ");
      case field::if_unmodified_since:
        return take(head.if_unmodified_since, known, ", ");
      case field::if_range:
        return take(head.if_range, known, ", ");
      case field::range:
        return take(head.range, known, ", ");
      case field::accept_encoding:
        return take(head.accept_encoding, known, ", ");
      case field::accept_language:
        return take(head.accept_language, known, ", ");
      case field::unknown:
        if (http::equal_ignoring_case(known.name, "X-HTTP-Method-Override")) {
          ++framing_.method_overrides, framing_.method_override = known.value;
        }
        return;
      default:
        return;
    }
  }

  // Several fields of one name are one list. One that is no list, as a date, becomes unreadable by
  // that and means nothing, on both lanes.
  void take(std::string_view& value, const HeadField& found, std::string_view separator) {
    if (value.data() == nullptr) {
      value = found.value;
      return;
    }
    auto& joined = parsed_.joined;
    auto at = std::find_if(joined.begin(), joined.end(), [&](const ParsedHead::Joined& other) {
      return http::equal_ignoring_case(other.name, found.name);
    });
    if (at == joined.end()) at = joined.insert(at, {found.name, std::string(value)});
    at->value.append(separator).append(found.value);
    value = at->value;
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
  bool is_connect_ = false;
};

Refusal take_target(std::string_view target, ParsedHead& parsed) {
  const std::optional<Target> split = split_target(target);
  if (!split || (split->path == "*" && parsed.wire_method != http::Method::options)) {
    return Refusal::malformed;
  }
  parsed.head.path = split->path;
  parsed.head.query = split->query;
  parsed.target_host = split->authority;
  parsed.target_is_https = split->is_https;
  // In origin form, also when it came with a host: signed paths are known by their begin.
  parsed.head.target = target;
  if (!split->authority.empty()) {
    const char* const host_end = split->authority.data() + split->authority.size();
    const auto front = target.substr(static_cast<std::size_t>(host_end - target.data()));
    parsed.head.target = front.starts_with('/') ? front : split->path;
  }
  return Refusal::none;
}

// "HTTP/1.1" at the end of the request line, with any digits; empty if it ends in something else.
std::string_view version_of(std::string_view head) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const std::string_view line = head.substr(0, head.find('\r'));
  const std::string_view word = line.substr(line.rfind(' ') + 1);
  const bool is_version = word.size() == 8 && word.starts_with("HTTP/") && is_digit(word[5]) &&
                          word[6] == '.' && is_digit(word[7]);
  return is_version ? word : std::string_view{};
}

// Beast knows 1.0 and 1.1 alone. A higher minor version is read as 1.1 (RFC 9110 §2.5).
Refusal parse_other_version(std::string_view bytes, const NetOptions& options, ParsedHead& parsed) {
  const std::string_view version = version_of(bytes);
  if (version.empty()) return Refusal::malformed;
  if (version[5] != '1') return Refusal::version_not_supported;
  if (version[7] <= '1') return Refusal::malformed;
  const auto minor = static_cast<std::size_t>(version.data() + 7 - bytes.data());
  parsed.rewritten.assign(bytes);
  parsed.rewritten[minor] = '1';
  return parse_head(parsed.rewritten, options, parsed);
}

void reset(ParsedHead& parsed) {
  parsed.head = {};
  parsed.wire_method = http::Method::other;
  parsed.framing = {};
  parsed.fields.clear();
  parsed.joined.clear();
}

}  // namespace

Refusal parse_head(std::string_view bytes, const NetOptions& options, ParsedHead& parsed) {
  reset(parsed);
  if (bytes.size() > options.head_limit_bytes) return Refusal::head_too_large;
  FramingFields fields;
  HeadParser parser(parsed, fields, options);
  beast::error_code failure;
  parser.put(asio::buffer(bytes), failure);
  if (parser.has_too_many_fields()) return Refusal::head_too_large;
  if (failure == beast::http::error::bad_version) {
    return parse_other_version(bytes, options, parsed);
  }
  if (failure && failure != beast::http::error::need_more) return Refusal::malformed;
  if (!parser.is_header_done()) return Refusal::malformed;
  parsed.keep_alive = keeps_connection(fields, parsed.is_http_1_0);

  if (parser.target().size() > options.target_limit_bytes) return Refusal::target_too_long;
  Refusal refusal = check_counts(fields, parsed.is_http_1_0);
  if (refusal == Refusal::none) refusal = check_body_framing(fields, parsed);
  if (refusal == Refusal::none) refusal = check_expectation(fields, parsed);
  if (refusal == Refusal::none && parser.is_connect()) refusal = Refusal::method_not_implemented;
  if (refusal == Refusal::none) refusal = take_target(parser.target(), parsed);
  if (refusal == Refusal::none) refusal = apply_method_override(fields, parsed);
  return refusal;
}

}  // namespace weike::server
