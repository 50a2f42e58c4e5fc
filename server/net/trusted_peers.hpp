#pragma once

#include "model/error.hpp"

#include <boost/asio/ip/address.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace weike::server {

// The proxies whose X-Forwarded-* fields count. Threads may share it.
class TrustedPeers {
 public:
  // `invalid_argument` for an entry that is neither an address nor a network ("10.0.0.0/8").
  static Result<TrustedPeers> parse(const std::vector<std::string>& entries);

  bool contains(const boost::asio::ip::address& peer) const;

  // Who really asks when `peer` is listed and sent `forwarded_for`: the last address in it that is
  // not listed itself. `peer` if the field is empty or says no address.
  std::string client_behind(std::string_view forwarded_for, std::string_view peer) const;

 private:
  struct Network {
    boost::asio::ip::address_v6 address;  // IPv4 as its mapped form.
    unsigned prefix_bits = 128;
  };
  std::vector<Network> networks_;
};

// IPv4 addresses that came mapped into IPv6 become plain IPv4 again.
boost::asio::ip::address plain_address(const boost::asio::ip::address& address);

}  // namespace weike::server
