#pragma once

#include <cstddef>

namespace weike::server {

constexpr std::size_t kThreadSlots = 64;
// More than one thread may have this one.
constexpr std::size_t kSharedSlot = kThreadSlots - 1;

// A small number of the calling thread, for memory that each thread writes alone. Threads that
// ended give theirs back. Should more than `kThreadSlots` live at once, the last slot is shared:
// what stands there must bear that.
std::size_t thread_slot();

}  // namespace weike::server
