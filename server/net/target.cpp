#include "server/net/target.hpp"

#include <algorithm>
#include <cctype>

namespace weike::server {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool starts_with_scheme(std::string_view target, std::string_view scheme) {
  if (target.size() < scheme.size()) return false;
  return std::equal(scheme.begin(), scheme.end(), target.begin(), [](char a, char b) {
    return a == static_cast<char>(std::tolower(static_cast<unsigned char>(b)));
  });
}

Target split_query(std::string_view target) {
  const std::size_t mark = target.find('?');
  if (mark == std::string_view::npos) return {target, {}};
  return {target.substr(0, mark), target.substr(mark + 1)};
}

bool is_port(std::string_view port) {
  return port.size() <= 5 &&
         std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_name_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
         std::string_view("-._~!$&'()*+,;=%").find(c) != std::string_view::npos;
}

}  // namespace

bool is_valid_host(std::string_view host) {
  if (host.empty() || host.size() > 255) return false;
  if (host.front() == '[') {
    const std::size_t end = host.find(']');
    if (end == std::string_view::npos || end < 3) return false;
    const std::string_view inside = host.substr(1, end - 1);
    const std::string_view rest = host.substr(end + 1);
    const bool is_literal = std::all_of(inside.begin(), inside.end(), [](char c) {
      return hex_value(c) >= 0 || c == ':' || c == '.';
    });
    return is_literal && (rest.empty() || (rest.front() == ':' && is_port(rest.substr(1))));
  }
  const std::size_t colon = std::min(host.find(':'), host.size());
  const std::string_view name = host.substr(0, colon);
  if (name.empty() || !std::all_of(name.begin(), name.end(), is_name_character)) return false;
  return colon == host.size() || is_port(host.substr(colon + 1));
}

std::optional<Target> split_target(std::string_view target) {
  if (target.empty() || target.find('#') != std::string_view::npos) return std::nullopt;
  if (target.front() == '/') return split_query(target);
  if (target == "*") return Target{target, {}};
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!starts_with_scheme(target, scheme)) continue;
    const std::string_view rest = target.substr(scheme.size());
    const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
    if (!is_valid_host(rest.substr(0, end))) return std::nullopt;
    if (end == rest.size()) return Target{"/", {}};
    if (rest[end] == '?') return Target{"/", rest.substr(end + 1)};
    return split_query(rest.substr(end));
  }
  return std::nullopt;
}

}  // namespace weike::server
