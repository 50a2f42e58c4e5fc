#include "server/net/hot_rest.hpp"

#include "server/net/transfer.hpp"

namespace weike::server {
namespace {

// `wait`: all of it is sent.
Next send_output(Connection& connection, Unfinished& rest) {
  std::uint64_t sent = 0;
  const bool has_more = rest.file && rest.file->joins_head();
  const SendResult result = rest.output.send(connection.transport(), has_more, sent);
  connection.deadline().count(sent);
  if (result == SendResult::failed) return Next::close;
  if (result == SendResult::would_block) return Next::wait_writable;
  rest.has_output = false;
  return Next::wait;
}

}  // namespace

Next send_turn(Connection& connection, FileTransfer& transfer) {
  const std::uint64_t before = transfer.sent_bytes();
  const std::size_t limit = connection.thread().options().file_turn_bytes;
  const TurnEnd end = transfer.send_turn(connection.transport(), limit);
  connection.deadline().count(transfer.sent_bytes() - before);
  switch (end) {
    case TurnEnd::failed:
      return Next::close;
    case TurnEnd::cold:
      return Next::fetch;
    case TurnEnd::would_block:
      return Next::wait_writable;
    case TurnEnd::done:
      break;
  }
  if (!transfer.is_done()) return Next::again;
  tell_of_unprobed(connection.thread().shared, transfer);
  return Next::wait;
}

Next resume_hot(Connection& connection) {
  Unfinished& rest = *connection.unfinished();
  // The first page of a file may wait among the output.
  if (rest.file && !rest.file->is_permitted()) {
    connection.abort();
    return Next::close;
  }
  if (rest.has_output) {
    const Next next = send_output(connection, rest);
    if (next != Next::wait) return next;
  }
  if (rest.file) {
    const Next next = send_turn(connection, *rest.file);
    if (next != Next::wait) return next;
    rest.file.reset();
  }
  if (rest.exchange) return Next::finish;
  const bool close_after = rest.close_after;
  connection.thread().spare.give_back(std::move(connection.unfinished()));
  if (close_after) return Next::close;
  connection.deadline().enter(Phase::idle);
  return connection.leftover().empty() ? Next::wait : Next::again;
}

}  // namespace weike::server
