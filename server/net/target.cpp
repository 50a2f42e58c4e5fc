#include "server/net/target.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace weike::server {
namespace {

// Letters, digits and those of `others`.
constexpr std::array<bool, 256> alphabet(std::string_view others) {
  std::array<bool, 256> is_in{};
  for (unsigned char c = '0'; c <= '9'; ++c) is_in[c] = true;
  for (unsigned char c = 'a'; c <= 'z'; ++c) is_in[c] = true;
  for (unsigned char c = 'A'; c <= 'Z'; ++c) is_in[c] = true;
  for (const char c : others) is_in[static_cast<unsigned char>(c)] = true;
  return is_in;
}
constexpr std::array<bool, 256> kOfNames = alphabet("-._~!$&'()*+,;=");

bool is_hex(char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; }

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

// ":80", ":" or nothing (RFC 3986 §3.2.3).
bool is_port_part(std::string_view text) {
  if (text.empty() || text == ":") return true;
  unsigned port = 0;
  const char* const text_end = text.data() + text.size();
  const auto [end, failure] = std::from_chars(text.data() + 1, text_end, port);
  return text.front() == ':' && text.size() <= 6 && failure == std::errc{} && end == text_end &&
         port <= 65535;
}

bool is_ipv6(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN> copy{};
  if (text.empty() || text.size() >= copy.size()) return false;
  text.copy(copy.data(), text.size());
  in6_addr ignored{};
  return ::inet_pton(AF_INET6, copy.data(), &ignored) == 1;
}

// reg-name of RFC 3986 §3.2.2, which IPv4 addresses are too.
bool is_name(std::string_view name) {
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (c == '%') {
      if (i + 2 >= name.size() || !is_hex(name[i + 1]) || !is_hex(name[i + 2])) return false;
    } else if (!kOfNames[static_cast<unsigned char>(c)]) {
      return false;
    }
  }
  return !name.empty();
}

}  // namespace

bool is_valid_host(std::string_view host) {
  if (host.empty() || host.size() > 255) return false;
  if (host.front() == '[') {
    const std::size_t end = host.find(']');
    return end != std::string_view::npos && is_ipv6(host.substr(1, end - 1)) &&
           is_port_part(host.substr(end + 1));
  }
  const std::size_t colon = std::min(host.find(':'), host.size());
  return is_name(host.substr(0, colon)) && is_port_part(host.substr(colon));
}

std::optional<Target> split_target(std::string_view target) {
  const auto is_foreign = [](char c) { return c == '#' || c <= ' ' || c > '~'; };
  if (target.empty() || std::any_of(target.begin(), target.end(), is_foreign)) return std::nullopt;
  if (target.front() == '/') return split_query(target);
  if (target == "*") return Target{target, {}};
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!starts_with_scheme(target, scheme)) continue;
    const std::string_view rest = target.substr(scheme.size());
    const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
    if (!is_valid_host(rest.substr(0, end))) return std::nullopt;
    Target split = split_query(rest.substr(end));
    if (split.path.empty()) split.path = "/";
    split.authority = rest.substr(0, end);
    split.is_https = scheme.size() == 8;
    return split;
  }
  return std::nullopt;
}

}  // namespace weike::server
