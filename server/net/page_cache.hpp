#pragma once

#include "storage/blob/blob_store.hpp"

#include <cstdint>

// Whether bytes of a file are in memory, so that sending them cannot wait for a disk.
namespace weike::server {

enum class Warmth {
  warm,
  cold,
  unknown,  // This file system does not tell.
};

// Never waits. Some kernels begin to fetch what is looked at. Behind the end of the file all is
// cold.
Warmth warmth_of(int file, std::uint64_t offset, std::uint64_t length);

// Of CoarseClock.
std::int64_t coarse_second();

// As `warmth_of`, but what this thread found warm in the same second is not asked about again:
// memory that is used so often is the last that a kernel needs for something else.
Warmth recent_warmth_of(const storage::OpenFile& file, std::uint64_t offset, std::uint64_t length,
                        std::int64_t second);

// Fetches the bytes into memory, waiting for the disk, and asks for as many behind them to be
// fetched meanwhile. False when the file cannot be read.
bool fetch(int file, std::uint64_t offset, std::uint64_t length);

}  // namespace weike::server
