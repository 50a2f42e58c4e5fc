#include "api/http/conditional.hpp"

namespace weike::http {
namespace {

std::string_view without_weakness(std::string_view tag) {
  if (tag.starts_with("W/")) tag.remove_prefix(2);
  return tag;
}

HttpTime this_second() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

// True if the resource has not changed after the date; nothing if that cannot be told.
std::optional<bool> is_unchanged_since(std::string_view date, const Validators& validators) {
  if (date.empty() || !validators.last_modified) return std::nullopt;
  const auto time = parse_http_date(date, this_second());
  if (!time) return std::nullopt;
  return *validators.last_modified <= *time;
}

// The next entity tag of a list, cut off its front; empty at the end or where the syntax breaks.
std::string_view next_tag(std::string_view& list) {
  const auto start = list.find_first_not_of(", \t");
  if (start == std::string_view::npos) return {};
  list.remove_prefix(start);
  const std::size_t open = list.starts_with("W/") ? 2 : 0;
  if (open >= list.size() || list[open] != '"') return {};
  const auto close = list.find('"', open + 1);
  if (close == std::string_view::npos) return {};
  const auto tag = list.substr(0, close + 1);
  list.remove_prefix(close + 1);
  const auto behind = list.find_first_not_of(" \t");
  return behind == std::string_view::npos || list[behind] == ',' ? tag : std::string_view{};
}

bool is_any(std::string_view list) {
  const auto start = list.find_first_not_of(" \t");
  const auto end = list.find_last_not_of(" \t");
  return start != std::string_view::npos && start == end && list[start] == '*';
}

}  // namespace

Conditions conditions_of(const RequestHead& head) {
  return {head.if_match,      head.if_unmodified_since,
          head.if_none_match, head.if_modified_since,
          head.if_range,      head.range};
}

Conditions conditions_of(const Headers& headers) {
  const auto field = [&](std::string_view name) {
    return headers.get(name).value_or(std::string_view{});
  };
  return {field("If-Match"),      field("If-Unmodified-Since"),
          field("If-None-Match"), field("If-Modified-Since"),
          field("If-Range"),      field("Range")};
}

Verdict judge(const Conditions& conditions, Method method, const Validators& validators) {
  if (!conditions.if_match.empty()) {
    if (!is_match(conditions.if_match, validators.etag)) return Verdict::failed;
  } else if (!is_unchanged_since(conditions.if_unmodified_since, validators).value_or(true)) {
    return Verdict::failed;
  }
  const bool is_read = method == Method::get || method == Method::head;
  if (!conditions.if_none_match.empty()) {
    if (!is_not_modified(conditions.if_none_match, validators.etag)) return Verdict::proceed;
    return is_read ? Verdict::not_modified : Verdict::failed;
  }
  const bool is_known =
      is_read && is_unchanged_since(conditions.if_modified_since, validators).value_or(false);
  return is_known ? Verdict::not_modified : Verdict::proceed;
}

bool is_same_representation(std::string_view if_range, const Validators& validators) {
  if (if_range.starts_with('"')) return if_range == validators.etag;
  if (!validators.last_modified) return false;
  return parse_http_date(if_range, this_second()) == validators.last_modified;
}

std::string quoted_tag(std::string_view opaque) { return '"' + std::string(opaque) + '"'; }

bool is_not_modified(std::string_view if_none_match, std::string_view etag) {
  if (is_any(if_none_match)) return true;
  for (auto tag = next_tag(if_none_match); !tag.empty(); tag = next_tag(if_none_match)) {
    if (without_weakness(tag) == without_weakness(etag)) return true;
  }
  return false;
}

bool is_match(std::string_view if_match, std::string_view etag) {
  if (if_match.empty() || is_any(if_match)) return true;
  for (auto tag = next_tag(if_match); !tag.empty(); tag = next_tag(if_match)) {
    if (tag == etag && !tag.starts_with("W/")) return true;
  }
  return false;
}

Response not_modified(std::string_view etag, std::string_view cache_control) {
  Response response;
  response.status = 304;
  response.headers.add("ETag", std::string(etag));
  if (!cache_control.empty()) response.headers.add("Cache-Control", std::string(cache_control));
  return response;
}

}  // namespace weike::http
