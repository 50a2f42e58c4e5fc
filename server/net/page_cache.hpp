#pragma once

#include <cstdint>

// Whether bytes of a file are in memory, so that sending them cannot wait for a disk.
namespace weike::server {

enum class Warmth {
  warm,
  cold,
  unknown,  // This file system does not tell.
};

// Never waits. Some kernels begin to fetch what is looked at.
Warmth warmth_of(int file, std::uint64_t offset, std::uint64_t length);

// Fetches the bytes into memory, waiting for the disk, and asks for as many behind them to be
// fetched meanwhile. False when the file cannot be read.
bool fetch(int file, std::uint64_t offset, std::uint64_t length);

}  // namespace weike::server
