#include "server/net/forwarded.hpp"

#include "api/http/field_list.hpp"
#include "api/http/message.hpp"

#include <boost/system/error_code.hpp>

#include <algorithm>
#include <string>

namespace weike::server {
namespace {

namespace ip = boost::asio::ip;

std::optional<ip::address> address_of(std::string_view text) {
  // Zones ("%eth0") are nobody's business beyond the host.
  if (text.size() > 64 || text.find('%') != std::string_view::npos) return std::nullopt;
  boost::system::error_code failure;
  const ip::address address = ip::make_address(std::string(text), failure);
  if (failure) return std::nullopt;
  return address;
}

bool is_name_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         std::string_view("._-").find(c) != std::string_view::npos;
}

// ":80", ":_hidden" or nothing (RFC 7239 §6).
bool is_node_port(std::string_view text) {
  if (text.empty()) return true;
  if (text.front() != ':' || text.size() < 2) return false;
  text.remove_prefix(1);
  if (text.front() == '_') {
    return text.size() > 1 && std::all_of(text.begin(), text.end(), is_name_character);
  }
  return text.size() <= 5 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// "192.0.2.43", "192.0.2.43:80", "[2001:db8::1]" or "[2001:db8::1]:80". Nothing for "unknown",
// names such as "_hidden", and for what is no node at all.
std::optional<ip::address> node_of(std::string_view node) {
  if (node.starts_with('[')) {
    const std::size_t end = node.find(']');
    if (end == std::string_view::npos || !is_node_port(node.substr(end + 1))) return std::nullopt;
    const auto address = address_of(node.substr(1, end - 1));
    return address && address->is_v6() ? address : std::nullopt;
  }
  const std::size_t colon = std::min(node.find(':'), node.size());
  if (!is_node_port(node.substr(colon))) return std::nullopt;
  const auto address = address_of(node.substr(0, colon));
  return address && address->is_v4() ? address : std::nullopt;
}

// Reads one Forwarded field from left to right.
class ForwardedReader {
 public:
  explicit ForwardedReader(std::string_view field) : rest_(field) {}

  // Appends all hops. False where the syntax is broken; spaces around ';' are tolerated.
  bool read(std::vector<Hop>& hops) {
    while (true) {
      Hop hop;
      bool is_empty = true;
      bool may_begin = true;  // A pair: at the front, or behind ';'.
      for (skip_spaces(); !rest_.empty() && rest_.front() != ','; skip_spaces()) {
        if (take(';')) {
          may_begin = true;
          continue;
        }
        if (!may_begin || !read_pair(hop)) return false;
        may_begin = false;
        is_empty = false;
      }
      if (!is_empty) hops.push_back(hop);
      if (rest_.empty()) return true;
      rest_.remove_prefix(1);
    }
  }

 private:
  void skip_spaces() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size()));
  }
  bool take(char wanted) {
    if (!rest_.starts_with(wanted)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::string_view read_token() {
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), http::is_token_character);
    const auto length = static_cast<std::size_t>(end - rest_.begin());
    const std::string_view token = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return token;
  }

  bool read_value(std::string& value) {
    if (!take('"')) {
      value = read_token();
      return !value.empty();
    }
    while (!rest_.empty()) {
      if (take('"')) return true;
      take('\\');
      if (rest_.empty()) return false;
      value.push_back(rest_.front());
      rest_.remove_prefix(1);
    }
    return false;
  }

  // One parameter; each at most once in a hop.
  bool read_pair(Hop& hop) {
    const std::string_view name = read_token();
    std::string value;
    if (name.empty() || !take('=') || !read_value(value)) return false;
    if (http::equal_ignoring_case(name, "for")) {
      if (hop.names_node) return false;
      hop.names_node = true;
      hop.node = node_of(value);
    } else if (http::equal_ignoring_case(name, "proto")) {
      if (hop.is_https) return false;
      hop.is_https = http::equal_ignoring_case(value, "https");
    }
    return true;
  }

  std::string_view rest_;
};

}  // namespace

void append_forwarded(std::string_view field, std::vector<Hop>& hops) {
  const std::size_t before = hops.size();
  if (ForwardedReader(field).read(hops)) return;
  // No half of it: what stands left of an open quote may be the client's own invention.
  hops.resize(before);
  hops.push_back({.names_node = true, .node = std::nullopt, .is_https = std::nullopt});
}

void append_forwarded_for(std::string_view field, std::vector<Hop>& hops) {
  http::for_each_element(field, [&](std::string_view element) {
    Hop hop;
    hop.names_node = true;
    hop.node = address_of(element);
    if (!hop.node) hop.node = node_of(element);
    hops.push_back(hop);
  });
}

}  // namespace weike::server
