#include "server/net/framing_rules.hpp"

#include "api/http/field_list.hpp"
#include "server/net/target.hpp"

#include <array>
#include <charconv>

namespace weike::server {
namespace {

constexpr std::size_t kMaxLengthDigits = 18;  // Below 2^63.

// An empty element is legal in other lists; here two parsers could make different things of it.
Refusal judge_codings(std::string_view codings) {
  std::size_t count = 0;
  bool is_chunked = false;
  bool is_malformed = false;
  http::for_each_element(codings, [&](std::string_view coding) {
    is_malformed = is_malformed || coding.empty() || is_chunked;
    is_chunked = http::equal_ignoring_case(coding, "chunked");
    ++count;
  });
  if (is_malformed || !is_chunked) return Refusal::malformed;
  return count > 1 ? Refusal::coding_not_implemented : Refusal::none;
}

}  // namespace

void take_expectations(std::string_view value, FramingFields& fields) {
  http::for_each_element(value, [&](std::string_view expectation) {
    if (expectation.empty()) return;
    const bool is_known = http::equal_ignoring_case(expectation, "100-continue");
    (is_known ? fields.expects_continue : fields.expects_unknown) = true;
  });
}

void take_connection_options(std::string_view value, FramingFields& fields) {
  http::for_each_element(value, [&](std::string_view option) {
    if (http::equal_ignoring_case(option, "close")) fields.says_close = true;
    if (http::equal_ignoring_case(option, "keep-alive")) fields.says_keep_alive = true;
  });
}

Refusal check_counts(const FramingFields& fields, bool is_http_1_0) {
  const bool host_is_missing = fields.hosts == 0 && !is_http_1_0;
  if (host_is_missing || fields.hosts > 1) return Refusal::malformed;
  if (fields.hosts == 1 && !is_valid_host(fields.host)) return Refusal::malformed;
  // Who reads the first and who reads the last would see different requests.
  if (fields.authorizations > 1 || fields.method_overrides > 1) return Refusal::malformed;
  return Refusal::none;
}

Refusal check_body_framing(const FramingFields& fields, ParsedHead& parsed) {
  BodyFraming& framing = parsed.framing;
  if (fields.transfer_encodings > 0) {
    if (fields.transfer_encodings > 1 || fields.content_lengths > 0 || parsed.is_http_1_0) {
      return Refusal::malformed;
    }
    const Refusal refusal = judge_codings(fields.transfer_encoding);
    framing.is_chunked = refusal == Refusal::none;
    return refusal;
  }
  if (fields.content_lengths == 0) return Refusal::none;
  const std::string_view digits = fields.content_length;
  const char* const digits_end = digits.data() + digits.size();
  const auto [end, failure] = std::from_chars(digits.data(), digits_end, framing.content_length);
  const bool is_number =
      failure == std::errc{} && end == digits_end && digits.size() <= kMaxLengthDigits;
  return is_number && fields.content_lengths == 1 ? Refusal::none : Refusal::malformed;
}

Refusal check_expectation(const FramingFields& fields, ParsedHead& parsed) {
  if (parsed.is_http_1_0) return Refusal::none;
  if (fields.expects_unknown) return Refusal::expectation_failed;
  parsed.framing.expects_continue = fields.expects_continue && parsed.framing.has_body();
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

bool keeps_connection(const FramingFields& fields, bool is_http_1_0) {
  if (fields.says_close) return false;
  return !is_http_1_0 || fields.says_keep_alive;
}

}  // namespace weike::server
