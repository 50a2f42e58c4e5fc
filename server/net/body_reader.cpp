#include "server/net/body_reader.hpp"

#include <algorithm>
#include <cerrno>

namespace weike::server {

BodyReader::Step BodyReader::read_some(std::span<char> into) {
  if (!is_chunked_) {
    if (remaining_ == 0) return {Status::complete, 0};
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), remaining_));
    const Received received = receive(into.first(wanted));
    remaining_ -= received.bytes;
    return {remaining_ == 0 ? Status::complete : received.status, received.bytes};
  }
  const Received received = receive(into);
  if (received.bytes == 0) return {received.status, 0};
  return decode(into.first(received.bytes));
}

BodyReader::Step BodyReader::decode(std::span<char> raw) {
  const ChunkDecoder::Step step = decoder_.decode(raw);
  if (decoder_.is_bad()) return {Status::malformed, step.produced};
  if (!decoder_.is_done()) return {Status::more, step.produced};
  // Behind the last chunk stands the next request.
  connection_.leftover().insert(0, raw.data() + step.consumed, raw.size() - step.consumed);
  return {Status::complete, step.produced};
}

BodyReader::Received BodyReader::receive(std::span<char> into) {
  std::string& leftover = connection_.leftover();
  if (!leftover.empty()) {
    const std::size_t taken = leftover.copy(into.data(), into.size());
    leftover.erase(0, taken);
    connection_.deadline().count(taken);
    return {Status::more, taken};
  }
  while (true) {
    const ssize_t got = connection_.transport().receive(into);
    if (got > 0) {
      connection_.deadline().count(static_cast<std::uint64_t>(got));
      return {Status::more, static_cast<std::size_t>(got)};
    }
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return {Status::would_block, 0};
    return {Status::cut, 0};
  }
}

}  // namespace weike::server
