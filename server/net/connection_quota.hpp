#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace weike::server {

// Counts open connections, in all and for each address. Threads may share it.
class ConnectionQuota {
 public:
  ConnectionQuota(std::size_t limit, std::size_t limit_per_address)
      : limit_(limit), limit_per_address_(limit_per_address) {}

  // False when a bound is reached; else `release` with the same arguments must follow.
  bool take(const std::string& address, bool is_exempt) {
    const std::lock_guard lock(mutex_);
    if (total_ >= limit_) return false;
    if (!is_exempt) {
      std::size_t& count = by_address_[address];
      if (count >= limit_per_address_) return false;
      ++count;
    }
    ++total_;
    return true;
  }

  void release(const std::string& address, bool is_exempt) {
    const std::lock_guard lock(mutex_);
    --total_;
    if (is_exempt) return;
    const auto found = by_address_.find(address);
    if (found != by_address_.end() && --found->second == 0) by_address_.erase(found);
  }

  std::size_t total() const {
    const std::lock_guard lock(mutex_);
    return total_;
  }

 private:
  const std::size_t limit_;
  const std::size_t limit_per_address_;
  mutable std::mutex mutex_;
  std::size_t total_ = 0;
  std::unordered_map<std::string, std::size_t> by_address_;
};

}  // namespace weike::server
