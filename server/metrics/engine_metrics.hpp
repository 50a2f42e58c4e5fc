#pragma once

#include "server/metrics/thread_slot.hpp"
#include "server/net/observer.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace prometheus {
struct MetricFamily;
}

namespace weike::server {

// What the connection engine did. Each thread counts in cache lines of its own, without a lock and
// without memory; the page adds the threads up. Threads may share it.
class EngineMetrics {
 public:
  void on_reply(const ReplyRecord& record);
  void on_event(NetEvent event, std::uint64_t amount);
  void on_failure();

  // Since the start, of all threads.
  std::uint64_t count_of(NetEvent event) const;
  std::vector<prometheus::MetricFamily> collect() const;

 private:
  static constexpr std::size_t kClasses = 5;  // 1xx to 5xx.
  static constexpr std::size_t kLanes = 2;
  static constexpr std::size_t kBuckets = 13;  // The last one takes what is beyond all bounds.
  using Counter = std::atomic<std::uint64_t>;

  struct alignas(64) Shard {
    std::array<Counter, kNetEvents> events{};
    std::array<std::array<Counter, kClasses>, kLanes> replies{};
    std::array<Counter, kLanes> body_bytes{};
    std::array<Counter, kBuckets> durations{};
    Counter duration_us{};
    Counter failures{};
  };

  // The calling thread's shard.
  class Own {
   public:
    explicit Own(EngineMetrics& metrics) : slot_(thread_slot()), shard_(metrics.shards_[slot_]) {}
    Shard* operator->() const { return &shard_; }
    // Where nobody else writes a locked instruction is not needed.
    void add(Counter& counter, std::uint64_t amount) const {
      if (slot_ == kSharedSlot) {
        counter.fetch_add(amount, std::memory_order_relaxed);
      } else {
        counter.store(counter.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
      }
    }

   private:
    const std::size_t slot_;
    Shard& shard_;
  };
  template <class Pick>
  std::uint64_t sum(Pick pick) const;
  void collect_replies(std::vector<prometheus::MetricFamily>& families) const;
  void collect_durations(std::vector<prometheus::MetricFamily>& families) const;
  void collect_events(std::vector<prometheus::MetricFamily>& families) const;

  std::array<Shard, kThreadSlots> shards_;
};

}  // namespace weike::server
