#include "server/config/config.hpp"

#include <algorithm>
#include <array>

namespace weike::server {
namespace {

// Memory, threads and sockets are laid out by these.
constexpr std::array<std::string_view, 7> kFixedNetKeys{
    "net.io_threads",       "net.pool_threads",     "net.ipv6_prefix_bits",
    "net.trusted_proxies",  "net.head_limit_bytes", "net.stream_buffer_bytes",
    "net.send_buffer_bytes"};
constexpr std::array<std::string_view, 4> kOtherKeys{"log.level", "tls.certificate", "tls.key",
                                                     "tls.hsts_max_age_s"};

template <class Keys>
bool contains(const Keys& keys, std::string_view key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

}  // namespace

std::vector<std::string> changed_keys(const Config& from, const Config& to) {
  const nlohmann::ordered_json before = to_json(from);
  const nlohmann::ordered_json after = to_json(to);
  std::vector<std::string> keys;
  for (const auto& [section, value] : after.items()) {
    if (!value.is_object()) {
      if (value != before[section]) keys.push_back(section);
      continue;
    }
    for (const auto& [name, inner] : value.items()) {
      if (inner != before[section][name])
        keys.push_back(std::string(section).append(".").append(name));
    }
  }
  return keys;
}

bool applies_at_run_time(std::string_view key) {
  if (key.starts_with("net.")) return !contains(kFixedNetKeys, key);
  return contains(kOtherKeys, key);
}

}  // namespace weike::server
