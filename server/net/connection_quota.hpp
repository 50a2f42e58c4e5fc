#pragma once

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string_view>
#include <unordered_map>

namespace weike::server {

enum class Admission {
  granted,
  too_many_in_all,
  too_many_of_address,
};

// Counts open connections, in all and for each client: an IPv4 address, or a network of IPv6, since
// one client has a whole /64 there to choose addresses from. Threads may share it.
class ConnectionQuota {
 public:
  ConnectionQuota(std::size_t limit, std::size_t limit_per_address, unsigned ipv6_prefix_bits)
      : ipv6_prefix_bits_(std::min(ipv6_prefix_bits, 128U)),
        limit_(limit),
        limit_per_address_(limit_per_address) {}

  // `release` with the same arguments must follow when it is granted.
  Admission take(const boost::asio::ip::address& address, bool is_exempt) {
    const Client client = client_of(address);
    const std::lock_guard lock(mutex_);
    if (total_ >= limit_) return Admission::too_many_in_all;
    if (!is_exempt) {
      std::size_t& count = by_client_[client];
      if (count >= limit_per_address_) {
        if (count == 0) by_client_.erase(client);
        return Admission::too_many_of_address;
      }
      ++count;
    }
    ++total_;
    return Admission::granted;
  }

  void release(const boost::asio::ip::address& address, bool is_exempt) {
    const Client client = client_of(address);
    const std::lock_guard lock(mutex_);
    --total_;
    if (is_exempt) return;
    const auto found = by_client_.find(client);
    if (found != by_client_.end() && --found->second == 0) by_client_.erase(found);
  }

  // Connections that are open stay, even if they are more.
  void set_limits(std::size_t limit, std::size_t limit_per_address) {
    const std::lock_guard lock(mutex_);
    limit_ = limit;
    limit_per_address_ = limit_per_address;
  }

  std::size_t total() const {
    const std::lock_guard lock(mutex_);
    return total_;
  }

 private:
  // IPv4 addresses as IPv6 has them mapped, so that all compare alike.
  using Client = std::array<unsigned char, 16>;
  struct Hash {
    std::size_t operator()(const Client& client) const {
      return std::hash<std::string_view>{}(
          {reinterpret_cast<const char*>(client.data()), client.size()});
    }
  };

  Client client_of(const boost::asio::ip::address& address) const {
    namespace ip = boost::asio::ip;
    if (address.is_v4()) return ip::make_address_v6(ip::v4_mapped, address.to_v4()).to_bytes();
    Client bytes = address.to_v6().to_bytes();
    for (unsigned bit = ipv6_prefix_bits_; bit < 128; ++bit) {
      bytes[bit / 8] = static_cast<unsigned char>(bytes[bit / 8] & ~(0x80U >> (bit % 8)));
    }
    return bytes;
  }

  const unsigned ipv6_prefix_bits_;
  mutable std::mutex mutex_;  // Guards what follows.
  std::size_t limit_;
  std::size_t limit_per_address_;
  std::size_t total_ = 0;
  std::unordered_map<Client, std::size_t, Hash> by_client_;
};

}  // namespace weike::server
