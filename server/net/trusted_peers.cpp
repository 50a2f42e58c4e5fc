#include "server/net/trusted_peers.hpp"

#include "api/http/field_list.hpp"

#include <boost/system/error_code.hpp>

#include <algorithm>
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

Client TrustedPeers::walk(const std::vector<Hop>& hops, std::string_view peer) const {
  Client client{std::string(peer), false};
  for (auto hop = hops.rbegin(); hop != hops.rend(); ++hop) {
    if (hop->is_https) client.is_secure = *hop->is_https;
    if (!hop->node) break;
    client.address = plain_address(*hop->node).to_string();
    if (!contains(*hop->node)) break;
  }
  return client;
}

Client TrustedPeers::client_behind(std::span<const HeadField> fields, std::string_view peer,
                                   bool is_peer_secure) const {
  std::vector<Hop> standard;
  std::vector<Hop> customary;
  std::optional<bool> customary_https;
  for (const HeadField& field : fields) {
    if (http::equal_ignoring_case(field.name, "Forwarded")) {
      append_forwarded(field.value, standard);
    } else if (http::equal_ignoring_case(field.name, "X-Forwarded-For")) {
      append_forwarded_for(field.value, customary);
    } else if (http::equal_ignoring_case(field.name, "X-Forwarded-Proto")) {
      const std::string_view last = http::trimmed(field.value.substr(field.value.rfind(',') + 1));
      customary_https = http::equal_ignoring_case(last, "https");
    }
  }
  Client client = walk(standard, peer);
  const bool names_node =
      std::any_of(standard.begin(), standard.end(), [](const Hop& hop) { return hop.names_node; });
  const bool tells_https =
      std::any_of(standard.begin(), standard.end(), [](const Hop& hop) { return !!hop.is_https; });
  if (!customary.empty()) {
    std::string address = walk(customary, peer).address;
    const bool agrees = !names_node || address == client.address;
    client.address = agrees ? std::move(address) : std::string(peer);
  }
  if (customary_https) client.is_secure = *customary_https && (!tells_https || client.is_secure);
  if (!customary_https && !tells_https) client.is_secure = is_peer_secure;
  return client;
}

}  // namespace weike::server
