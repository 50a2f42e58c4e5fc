#include "server/net/connection_stream.hpp"

namespace weike::server {

bool ConnectionStream::read_once(asio::mutable_buffer into, Failure& failure, std::size_t& bytes) {
  if (!connection_->is_alive()) {
    failure = asio::error::operation_aborted;
    return true;
  }
  if (into.size() == 0) return true;
  std::string& leftover = connection_->leftover();
  if (!leftover.empty()) {
    bytes = leftover.copy(static_cast<char*>(into.data()), into.size());
    leftover.erase(0, bytes);
    return true;
  }
  while (true) {
    const ssize_t got =
        connection_->transport().receive({static_cast<char*>(into.data()), into.size()});
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return false;
    if (got < 0) failure = asio::error::connection_reset;
    if (got == 0) failure = asio::error::eof;
    if (got > 0) bytes = static_cast<std::size_t>(got);
    is_heard_ = is_heard_ || got > 0;
    return true;
  }
}

bool ConnectionStream::write_once(const Pieces& pieces, Failure& failure, std::size_t& bytes) {
  if (!connection_->is_alive()) {
    failure = asio::error::operation_aborted;
    return true;
  }
  while (bytes == 0) {
    const ssize_t sent =
        connection_->transport().send(std::span(pieces.first.data(), pieces.second), false);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno == EAGAIN) return false;
    if (sent < 0) {
      failure = asio::error::broken_pipe;
      return true;
    }
    bytes = static_cast<std::size_t>(sent);
    is_moved_ = true;
    if (sent == 0) return true;
  }
  // The transport took the bytes; they are sent when it says so.
  const SendResult flushed = connection_->transport().flush();
  if (flushed == SendResult::failed) failure = asio::error::broken_pipe;
  return flushed != SendResult::would_block;
}

}  // namespace weike::server
