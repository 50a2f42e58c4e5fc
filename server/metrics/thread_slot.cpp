#include "server/metrics/thread_slot.hpp"

#include <atomic>
#include <bit>
#include <cstdint>

namespace weike::server {
namespace {

static_assert(kThreadSlots == 64, "one bit of a word for each slot");
// The shared slot is never taken and never given back.
std::atomic<std::uint64_t> taken{std::uint64_t{1} << kSharedSlot};

class Holder {
 public:
  Holder() {
    std::uint64_t seen = taken.load(std::memory_order_relaxed);
    while (~seen != 0) {
      const auto lowest = static_cast<std::size_t>(std::countr_one(seen));
      if (taken.compare_exchange_weak(seen, seen | std::uint64_t{1} << lowest,
                                      std::memory_order_acq_rel)) {
        slot_ = lowest;
        return;
      }
    }
  }
  ~Holder() {
    if (slot_ != kSharedSlot)
      taken.fetch_and(~(std::uint64_t{1} << slot_), std::memory_order_acq_rel);
  }
  Holder(const Holder&) = delete;
  Holder& operator=(const Holder&) = delete;

  std::size_t slot() const { return slot_; }

 private:
  std::size_t slot_ = kSharedSlot;
};

}  // namespace

std::size_t thread_slot() {
  thread_local const Holder kHolder;
  return kHolder.slot();
}

}  // namespace weike::server
