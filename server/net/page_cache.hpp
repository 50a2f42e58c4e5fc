#pragma once

#include "storage/blob/blob_store.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

// Whether bytes of a file are in memory, so that sending them cannot wait for a disk.
namespace weike::server {

enum class Warmth {
  warm,
  cold,
  unknown,  // This file system does not tell.
};

// Of the machine's memory.
std::uint64_t page_bytes();

// Never waits. Some kernels begin to fetch what is looked at. Behind the end of the file all is
// cold.
Warmth warmth_of(int file, std::uint64_t offset, std::uint64_t length);

// Of CoarseClock.
std::int64_t coarse_second();

// As `warmth_of`, but what this thread found warm in the same second is not asked about again:
// memory that is used so often is the last that a kernel needs for something else.
Warmth recent_warmth_of(const storage::OpenFile& file, std::uint64_t offset, std::uint64_t length,
                        std::int64_t second);

// Copies what is in memory, from the beginning of `into` on; how much. Never waits.
std::size_t read_warm(int file, std::uint64_t offset, std::span<char> into);

// Fetches the bytes into memory, waiting for the disk, in pieces as large as the kernel can: what
// lies in few pieces is sent for less. Some of what follows may be fetched too. False when the file
// cannot be read.
bool fetch(int file, std::uint64_t offset, std::uint64_t length);

}  // namespace weike::server
