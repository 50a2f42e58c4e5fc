#pragma once

#include "server/net/chunk_decoder.hpp"
#include "server/net/connection.hpp"

#include <cstdint>
#include <span>

namespace weike::server {

// Takes the bytes of one request body from the connection as they come. Never reads a byte of the
// next request from the socket, or keeps it as the connection's leftover.
class BodyReader {
 public:
  enum class Status { more, would_block, complete, cut, malformed };
  struct Step {
    Status status = Status::more;
    std::size_t produced = 0;  // Bytes at the front of the given memory, with any status.
  };

  BodyReader(Connection& connection, const BodyFraming& framing)
      : connection_(connection),
        is_chunked_(framing.is_chunked),
        remaining_(framing.content_length) {}

  // Reads once, without waiting.
  Step read_some(std::span<char> into);

 private:
  struct Received {
    Status status = Status::more;
    std::size_t bytes = 0;
  };
  Received receive(std::span<char> into);
  Step decode(std::span<char> raw);

  Connection& connection_;
  const bool is_chunked_;
  std::uint64_t remaining_;
  ChunkDecoder decoder_;
};

}  // namespace weike::server
