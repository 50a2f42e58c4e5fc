#include "api/http/conditional.hpp"

namespace weike::http {
namespace {

std::string_view without_weakness(std::string_view tag) {
  if (tag.starts_with("W/")) tag.remove_prefix(2);
  return tag;
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
  return tag;
}

bool is_any(std::string_view list) {
  const auto start = list.find_first_not_of(" \t");
  const auto end = list.find_last_not_of(" \t");
  return start != std::string_view::npos && start == end && list[start] == '*';
}

}  // namespace

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
