#pragma once

#include <cstdint>

// Counts what threads take from the heap, by operator new or by malloc itself. Programs that link
// allocation_count.cpp have their heap calls pass through it.
namespace weike::server {

// From now on the calling thread is one of those that are watched.
void watch_this_thread();
// Only what happens between these two is counted.
void start_counting();
// How often the watched threads took memory since `start_counting`.
std::uint64_t stop_counting();

// False where a sanitizer has the heap for itself.
bool can_count();

}  // namespace weike::server
