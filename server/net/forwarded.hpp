#pragma once

#include <boost/asio/ip/address.hpp>

#include <optional>
#include <string_view>
#include <vector>

// What proxies say of where a request came from: each adds one hop at the right.
namespace weike::server {

struct Hop {
  bool names_node = false;  // Says who asked this proxy, if only "unknown" or a made-up name.
  std::optional<boost::asio::ip::address> node;  // If it is an address.
  std::optional<bool> is_https;                  // How that one asked, if told.
};

// Appends the hops of one Forwarded field (RFC 7239 §4):
//   for=192.0.2.60;proto=http, for="[2001:db8::1]:4711"
// A field that breaks the syntax is one hop that nobody can read.
void append_forwarded(std::string_view field, std::vector<Hop>& hops);

// Appends the hops of one X-Forwarded-For field: addresses, with or without a port.
void append_forwarded_for(std::string_view field, std::vector<Hop>& hops);

}  // namespace weike::server
