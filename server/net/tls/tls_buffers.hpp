#pragma once

#include "server/net/tls/hot_blocks.hpp"

#include <cstddef>
#include <memory>
#include <string>

namespace weike::server {

constexpr std::size_t kTlsRecordBytes = 16UL * 1024;
// Most plaintext that is encrypted for one send. Its records and a reply's head fit into one packet
// of at most 64 KiB, which the kernel passes on at once. What exceeds it has to wait for a timer
// where the congestion control paces (BBR): eight records cost 1.6 times as much.
constexpr std::size_t kTlsBatchBytes = 60UL * 1024;

// Memory that the TLS connections of one I/O thread use in turn. Besides files, it holds no byte
// between two calls of a connection: what belongs to one client never meets another.
struct TlsBuffers {
  static constexpr std::size_t kInputBytes = 64UL * 1024;

  // Records that the socket gave and OpenSSL has not taken yet: [input_begin, input_end).
  std::unique_ptr<char[]> input = std::make_unique_for_overwrite<char[]>(kInputBytes);
  std::size_t input_begin = 0;
  std::size_t input_end = 0;
  // Bytes to encrypt: of a file, or of several short pieces.
  std::unique_ptr<char[]> plain = std::make_unique_for_overwrite<char[]>(kTlsBatchBytes);
  HotBlocks hot;
  // Records on their way to the socket.
  std::string output;

  TlsBuffers() { output.reserve(kTlsBatchBytes + kTlsRecordBytes + 4096); }
};

}  // namespace weike::server
