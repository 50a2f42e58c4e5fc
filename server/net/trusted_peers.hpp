#pragma once

#include "model/error.hpp"
#include "server/net/forwarded.hpp"
#include "server/net/request_head.hpp"

#include <boost/asio/ip/address.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weike::server {

// Who really asks, as far as listed proxies know.
struct Client {
  std::string address;
  bool is_secure = false;  // Asked the outermost listed proxy by TLS.
};

// The proxies whose Forwarded and X-Forwarded-* fields count. Threads may share it.
class TrustedPeers {
 public:
  // `invalid_argument` for an entry that is neither an address nor a network ("10.0.0.0/8").
  static Result<TrustedPeers> parse(const std::vector<std::string>& entries);

  bool contains(const boost::asio::ip::address& peer) const;

  // Who asks when `peer` is listed and sent `fields`. Both Forwarded (RFC 7239) and X-Forwarded-For
  // are walked from the right, past listed proxies, to the first that is not; `peer`, or the last
  // proxy that is known, where a hop tells no address. A proxy that writes the one may pass on a
  // client's own other: where both are there and disagree, neither counts. `is_peer_secure` counts
  // where no field tells a protocol.
  Client client_behind(std::span<const HeadField> fields, std::string_view peer,
                       bool is_peer_secure = false) const;

 private:
  struct Network {
    boost::asio::ip::address_v6 address;  // IPv4 as its mapped form.
    unsigned prefix_bits = 128;
  };
  Client walk(const std::vector<Hop>& hops, std::string_view peer) const;

  std::vector<Network> networks_;
};

// IPv4 addresses that came mapped into IPv6 become plain IPv4 again.
boost::asio::ip::address plain_address(const boost::asio::ip::address& address);

}  // namespace weike::server
