#include "server/net/trusted_peers.hpp"

#include <boost/system/error_code.hpp>

#include <charconv>
#include <optional>

namespace weike::server {
namespace {

namespace ip = boost::asio::ip;

ip::address_v6 to_v6(const ip::address& address) {
  return address.is_v4() ? ip::make_address_v6(ip::v4_mapped, address.to_v4()) : address.to_v6();
}

std::optional<ip::address> parse_address(std::string_view text) {
  if (text.size() > 64) return std::nullopt;
  boost::system::error_code failure;
  const ip::address address = ip::make_address(std::string(text), failure);
  if (failure) return std::nullopt;
  return address;
}

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

bool share_prefix(const ip::address_v6& a, const ip::address_v6& b, unsigned bits) {
  const auto left = a.to_bytes();
  const auto right = b.to_bytes();
  for (unsigned i = 0; i < 16 && bits > 0; ++i) {
    const unsigned taken = std::min(bits, 8U);
    const auto mask = static_cast<unsigned>(0xFF00U >> taken) & 0xFFU;
    if ((left[i] & mask) != (right[i] & mask)) return false;
    bits -= taken;
  }
  return true;
}

}  // namespace

ip::address plain_address(const ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return ip::make_address_v4(ip::v4_mapped, address.to_v6());
  }
  return address;
}

Result<TrustedPeers> TrustedPeers::parse(const std::vector<std::string>& entries) {
  TrustedPeers peers;
  for (const std::string& entry : entries) {
    const std::string_view text = entry;
    const std::size_t slash = std::min(text.find('/'), text.size());
    const auto address = parse_address(text.substr(0, slash));
    const Error bad{
        ErrorCode::invalid_argument, "not an address or network: " + entry, {}, "trusted_proxies"};
    if (!address) return bad;
    const unsigned address_bits = address->is_v4() ? 32 : 128;
    unsigned bits = address_bits;
    if (slash < text.size()) {
      const auto parsed = std::from_chars(text.data() + slash + 1, text.data() + text.size(), bits);
      if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size()) return bad;
      if (bits > address_bits) return bad;
    }
    peers.networks_.push_back({to_v6(*address), bits + 128 - address_bits});
  }
  return peers;
}

bool TrustedPeers::contains(const ip::address& peer) const {
  if (networks_.empty()) return false;
  const ip::address_v6 address = to_v6(peer);
  for (const Network& network : networks_) {
    if (share_prefix(network.address, address, network.prefix_bits)) return true;
  }
  return false;
}

std::string TrustedPeers::client_behind(std::string_view forwarded_for,
                                        std::string_view peer) const {
  std::string client(peer);
  while (!forwarded_for.empty()) {
    const std::size_t comma = forwarded_for.rfind(',');
    const bool is_first = comma == std::string_view::npos;
    const auto address =
        parse_address(trim(is_first ? forwarded_for : forwarded_for.substr(comma + 1)));
    if (!address) return client;
    client = plain_address(*address).to_string();
    if (is_first || !contains(*address)) return client;
    forwarded_for = forwarded_for.substr(0, comma);
  }
  return client;
}

}  // namespace weike::server
