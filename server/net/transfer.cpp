#include "server/net/transfer.hpp"

#include "server/net/exchange.hpp"

#include <cerrno>

namespace weike::server {
namespace {

constexpr std::uint64_t kMaxLingeringBytes = std::uint64_t{16} * 1024 * 1024;

Task<bool> wait_writable(Connection* connection) {
  if (!connection->is_alive()) co_return false;
  const auto [failure] = co_await connection->socket().async_wait(Socket::wait_write, kAwaitTuple);
  // A wake-up for another reason looks like an abort; the send that follows tells.
  co_return connection->is_alive() && (!failure || failure == asio::error::operation_aborted);
}

std::uint64_t length_of(const http::PartsBody::Part& part) {
  if (const auto* file = std::get_if<http::FileBody>(&part)) return file->length;
  const auto& bytes = std::get<http::SharedBytes>(part);
  return bytes ? bytes->size() : 0;
}

Task<bool> send_part(Connection* connection, http::PartsBody::Part part, bool is_last) {
  if (auto* file = std::get_if<http::FileBody>(&part)) {
    FileTransfer transfer(std::move(*file));
    co_return co_await send_file(connection, &transfer);
  }
  OutputQueue output;
  output.add(std::get<http::SharedBytes>(std::move(part)));
  co_return co_await send_all(connection, &output, !is_last);
}

}  // namespace

Task<bool> send_all(Connection* connection, OutputQueue* output, bool has_more) {
  output->end_text();
  bool is_waiting = false;
  while (true) {
    std::uint64_t sent = 0;
    const SendResult result = output->send(connection->transport(), has_more, sent);
    if (result != SendResult::would_block) co_return result == SendResult::done;
    if (!is_waiting) connection->deadline().enter(Phase::write);
    is_waiting = true;
    connection->deadline().count(sent);
    if (!co_await wait_writable(connection)) co_return false;
  }
}

Task<bool> fetch_next(Connection* connection, FileTransfer* transfer) {
  SharedContext& shared = connection->thread().shared;
  auto work = [&] {
    const auto bytes = transfer->fetch_next();
    if (bytes) shared.observer.on_event(NetEvent::cold_read, *bytes);
    return bytes.has_value();
  };
  connection->deadline().pause();
  const bool is_there = co_await run_blocking(shared.pool, work);
  connection->deadline().resume();
  co_return is_there && connection->is_alive();
}

void tell_of_unprobed(SharedContext& shared, const FileTransfer& transfer) {
  if (!transfer.is_unprobed() || shared.has_told_of_unprobed.exchange(true)) return;
  shared.observer.on_notice(
      "the file system does not tell what is in memory (RWF_NOWAIT): cold files count as warm");
}

Task<bool> send_file(Connection* connection, FileTransfer* transfer) {
  connection->watch_permit(transfer->permit());
  connection->deadline().enter(Phase::write);
  while (true) {
    if (!transfer->is_permitted()) {
      connection->abort();
      co_return false;
    }
    const std::uint64_t before = transfer->sent_bytes();
    const std::size_t limit = connection->thread().options().file_turn_bytes;
    const TurnEnd end = transfer->send_turn(connection->transport(), limit);
    connection->deadline().count(transfer->sent_bytes() - before);
    if (end == TurnEnd::failed) co_return false;
    if (end == TurnEnd::cold) {
      if (!co_await fetch_next(connection, transfer)) co_return false;
    } else if (end == TurnEnd::would_block) {
      if (!co_await wait_writable(connection)) co_return false;
    } else if (transfer->is_done()) {
      tell_of_unprobed(connection->thread().shared, *transfer);
      co_return true;
    } else {
      co_await asio::post(connection->socket().get_executor(), kAwait);
    }
  }
}

Task<bool> send_parts(Connection* connection, Exchange* exchange,
                      std::shared_ptr<http::PartsBody> parts, std::uint64_t length) {
  SharedContext& shared = connection->thread().shared;
  auto next = [&] { return call_next(shared, exchange->request, *parts); };
  connection->deadline().enter(Phase::write);
  while (true) {
    connection->deadline().pause();
    auto part = co_await run_blocking(shared.pool, next);
    connection->deadline().resume();
    if (!part || !connection->is_alive()) co_return false;
    if (!*part) co_return length == 0;
    const std::uint64_t part_length = length_of(**part);
    // Never more than Content-Length says: the client would take it for the next reply.
    if (part_length > length) co_return false;
    length -= part_length;
    if (!co_await send_part(connection, std::move(**part), length == 0)) co_return false;
  }
}

Task<bool> send_reply(Connection* connection, Exchange* exchange, http::Response response) {
  // A deadline may have answered meanwhile: a second reply would be taken for the next one.
  if (!connection->is_alive()) co_return false;
  ThreadContext& thread = connection->thread();
  const bool is_endless = std::holds_alternative<std::shared_ptr<http::EventSource>>(response.body);
  ReplyFrame frame;
  frame.request_id = exchange->request.request_id;
  frame.date = thread.date.now();
  frame.is_head = exchange->wire_method == http::Method::head;
  frame.is_http_1_0 = exchange->is_http_1_0;
  frame.keep_alive = exchange->keep_alive && exchange->body_is_consumed && !thread.is_stopping &&
                     !response.close_connection && !is_endless && connection->may_go_on();
  frame.transport_security = connection->transport_security();
  // The client knows of no end: what it has sent meanwhile would take the answer away.
  const bool is_unexpected = !frame.keep_alive && exchange->keep_alive && !is_endless;
  if (!exchange->body_is_consumed || is_unexpected) connection->linger_at_close();

  // A client that overrode POST with HEAD waits for a body as POST has it: an empty one.
  const bool is_overridden_head = exchange->request.method == http::Method::head && !frame.is_head;
  if (is_overridden_head) response.body = std::monostate{};
  OutputQueue output;
  std::uint64_t length = 0;
  const http::FileBody* file = append_reply(output, response, frame, length);
  record_reply(*connection, *exchange, response.status, length);
  const bool has_parts =
      length > 0 && std::holds_alternative<std::shared_ptr<http::PartsBody>>(response.body);
  if (file == nullptr) {
    if (!co_await send_all(connection, &output, has_parts)) co_return false;
  } else {
    FileTransfer transfer(*file);
    if (!frame.keep_alive) connection->linger_at_close();  // A recall still reaches it.
    if (!co_await send_all(connection, &output, transfer.joins_head())) co_return false;
    if (!co_await send_file(connection, &transfer)) co_return false;
  }
  if (has_parts) {
    auto parts = std::get<std::shared_ptr<http::PartsBody>>(std::move(response.body));
    if (!co_await send_parts(connection, exchange, std::move(parts), length)) co_return false;
  }
  if (is_endless && !frame.is_head) {
    // The session goes on with it when this exchange is gone.
    connection->unfinished() = thread.spare.take();
    connection->unfinished()->events =
        std::get<std::shared_ptr<http::EventSource>>(std::move(response.body));
  }
  co_return frame.keep_alive;
}

Task<void> close_slowly(Connection* connection) {
  connection->socket().shutdown_send();
  connection->deadline().enter(Phase::lingering);
  std::uint64_t dropped = 0;
  std::vector<char>& scratch = connection->thread().input;
  while (connection->socket().is_open() && dropped < kMaxLingeringBytes) {
    const ssize_t got = connection->transport().receive(scratch);
    if (got == 0) co_return;
    if (got > 0) {
      dropped += static_cast<std::uint64_t>(got);
      continue;
    }
    if (errno != EAGAIN && errno != EINTR) co_return;
    co_await connection->socket().async_wait(Socket::wait_read, kAwaitTuple);
  }
}

}  // namespace weike::server
