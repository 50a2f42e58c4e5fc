#include "server/net/request_body.hpp"

#include "api/http/problem.hpp"
#include "server/net/body_reader.hpp"
#include "server/net/exchange.hpp"
#include "server/net/signal.hpp"
#include "server/net/stream_buffer.hpp"
#include "server/net/transfer.hpp"

#include <algorithm>
#include <chrono>

namespace weike::server {
namespace {

constexpr std::size_t kShortBodyBytes = std::size_t{64} * 1024;
constexpr std::size_t kReadBytes = std::size_t{16} * 1024;
// What a slow client sent is written at least this often.
constexpr std::chrono::seconds kFlushInterval{1};
constexpr std::size_t kFlushBytes = std::size_t{256} * 1024;
// Pieces are whole blocks of disks where they can be: sinks may bring such past the page cache.
constexpr std::size_t kBlockBytes = 4096;

enum class WholeEnd { complete, too_large, malformed, cut };

// False when the client is gone. Answers to requests before this one may fill the socket.
Task<bool> send_continue(Connection* connection, Exchange* exchange) {
  if (!exchange->framing.expects_continue) co_return true;
  exchange->framing.expects_continue = false;
  OutputQueue output;
  output.text() = "HTTP/1.1 100 Continue\r\n\r\n";
  co_return co_await send_all(connection, &output, false);
}

Task<bool> wait_readable(Connection* connection) {
  if (!connection->is_alive()) co_return false;
  co_await connection->socket().async_wait(Socket::wait_read, kAwaitTuple);
  co_return connection->is_alive();
}

Task<WholeEnd> read_whole(Connection* connection, Exchange* exchange, std::size_t limit) {
  if (!exchange->framing.has_body()) co_return WholeEnd::complete;
  if (exchange->framing.content_length > limit) co_return WholeEnd::too_large;
  if (!co_await send_continue(connection, exchange)) co_return WholeEnd::cut;
  connection->deadline().enter(Phase::body);
  BodyReader reader(*connection, exchange->framing);
  std::string& body = exchange->request.body;
  while (true) {
    const std::size_t before = body.size();
    body.resize(before + kReadBytes);
    const BodyReader::Step step = reader.read_some({body.data() + before, kReadBytes});
    body.resize(before + step.produced);
    if (body.size() > limit) co_return WholeEnd::too_large;
    switch (step.status) {
      case BodyReader::Status::more:
        break;
      case BodyReader::Status::complete:
        exchange->body_is_consumed = true;
        co_return WholeEnd::complete;
      case BodyReader::Status::malformed:
        co_return WholeEnd::malformed;
      case BodyReader::Status::cut:
        co_return WholeEnd::cut;
      case BodyReader::Status::would_block:
        if (!co_await wait_readable(connection)) co_return WholeEnd::cut;
        break;
    }
  }
}

http::Response refuse(const Exchange& exchange, Refusal refusal) {
  return refusal_response(refusal, exchange.request.language(), exchange.request.request_id);
}

// One upload: reads into a fixed buffer, writes it on the pool, reads on. Nothing is read while the
// disk is busy; the client's window closes by itself.
class Upload {
 public:
  Upload(Connection& connection, Exchange& exchange, http::BodySink& sink)
      : connection_(connection),
        exchange_(exchange),
        sink_(sink),
        signal_(connection.socket()),
        reader_(connection, exchange.framing),
        buffer_(connection.thread().options().stream_buffer_bytes) {}

  std::function<void()> interrupter() const { return signal_.trigger(); }

  Task<std::optional<http::Response>> run() {
    connection_.thread().shared.observer.note(NetEvent::upload_begun);
    // By names of their own: g++ 12.2 makes a crash of it as one condition.
    Connection* connection = &connection_;
    Exchange* exchange = &exchange_;
    // When the opening was late, the client has its 504 and no deadline strikes any more.
    bool is_there = connection->is_alive();
    if (is_there) is_there = co_await send_continue(connection, exchange);
    if (!is_there) end_ = http::BodyEnd::cut;
    connection_.deadline().enter(Phase::body);
    last_flush_ = std::chrono::steady_clock::now();
    while (!end_) {
      read_once();
      const std::size_t due = due_bytes();
      if (due > 0) co_await flush(due);
      if (is_blocked_ && !end_) co_await wait_for_bytes();
    }
    co_return co_await finish();
  }

 private:
  void read_once() {
    if (signal_.is_raised()) {
      end_ = http::BodyEnd::interrupted;
      return;
    }
    const BodyReader::Step step =
        reader_.read_some({buffer_.data() + filled_, buffer_.size() - filled_});
    filled_ += step.produced;
    is_blocked_ = step.status == BodyReader::Status::would_block;
    if (step.status == BodyReader::Status::complete) {
      exchange_.body_is_consumed = true;
      end_ = http::BodyEnd::complete;
    } else if (step.status == BodyReader::Status::cut) {
      end_ = http::BodyEnd::cut;
    } else if (step.status == BodyReader::Status::malformed) {
      is_malformed_ = true;
      end_ = http::BodyEnd::cut;
    }
  }

  // How many bytes are to be written now.
  std::size_t due_bytes() const {
    if (end_ || filled_ == 0) return 0;  // The last piece goes together with `finish`.
    if (filled_ == buffer_.size() || (is_blocked_ && filled_ >= kFlushBytes)) {
      return filled_ - filled_ % kBlockBytes;
    }
    const bool is_late =
        is_blocked_ && std::chrono::steady_clock::now() - last_flush_ > kFlushInterval;
    return is_late ? filled_ : 0;
  }

  void count_bytes(std::size_t count) {
    connection_.thread().shared.observer.on_event(NetEvent::upload_bytes, count);
  }

  static NetEvent event_of(http::BodyEnd end) {
    switch (end) {
      case http::BodyEnd::complete:
        return NetEvent::upload_complete;
      case http::BodyEnd::cut:
        return NetEvent::upload_cut;
      case http::BodyEnd::interrupted:
        break;
    }
    return NetEvent::upload_interrupted;
  }

  Task<void> flush(std::size_t count) {
    connection_.deadline().pause();
    auto write = [this, count] {
      return call_write(connection_.thread().shared, exchange_.request, sink_,
                        {buffer_.data(), count});
    };
    count_bytes(count);
    const Result<> written = co_await run_blocking(connection_.thread().shared.pool, write);
    connection_.deadline().resume();
    std::copy(buffer_.data() + count, buffer_.data() + filled_, buffer_.data());
    filled_ -= count;
    last_flush_ = std::chrono::steady_clock::now();
    if (written) co_return;
    end_ = http::BodyEnd::interrupted;
    filled_ = 0;
  }

  Task<void> wait_for_bytes() {
    if (signal_.is_raised()) co_return;
    // Nobody would wake a session that waits when its deadline is past.
    if (connection_.is_alive())
      co_await connection_.socket().async_wait(Socket::wait_read, kAwaitTuple);
    if (!connection_.is_alive()) end_ = http::BodyEnd::cut;
  }

  Task<std::optional<http::Response>> finish() {
    connection_.deadline().enter(Phase::handler);
    count_bytes(filled_);
    auto work = [this] {
      SharedContext& shared = connection_.thread().shared;
      http::BodyEnd end = *end_;
      if (filled_ > 0) {
        const Result<> written =
            call_write(shared, exchange_.request, sink_, {buffer_.data(), filled_});
        if (!written && end == http::BodyEnd::complete) end = http::BodyEnd::interrupted;
      }
      return call_finish(shared, exchange_.request, sink_, end);
    };
    http::Response response = co_await run_blocking(connection_.thread().shared.pool, work);
    connection_.thread().shared.observer.note(event_of(*end_));
    if (is_malformed_) co_return refuse(exchange_, Refusal::malformed);
    if (*end_ == http::BodyEnd::cut || !connection_.is_alive()) co_return std::nullopt;
    if (*end_ == http::BodyEnd::interrupted) response.close_connection = true;
    co_return std::optional<http::Response>(std::move(response));
  }

  Connection& connection_;
  Exchange& exchange_;
  http::BodySink& sink_;
  Signal signal_;
  BodyReader reader_;
  const StreamBuffer buffer_;
  std::size_t filled_ = 0;
  bool is_blocked_ = false;
  bool is_malformed_ = false;
  std::optional<http::BodyEnd> end_;
  std::chrono::steady_clock::time_point last_flush_;
};

// Nothing when the body may come. A stranger's body is not worth memory, nor a 100 (RFC 9110
// §10.1.1); a short one is dropped.
Task<std::optional<http::Response>> refuse_before_body(Connection* connection, Exchange* exchange,
                                                       const http::Route* route) {
  connection->deadline().enter(Phase::handler);
  SharedContext& shared = connection->thread().shared;
  auto ask = [&shared, route, exchange] { return call_gate(shared, *route, exchange->request); };
  std::optional<http::Response> refused = co_await run_blocking(shared.pool, ask);
  if (refused && connection->is_alive()) co_await drop_short_body(connection, exchange);
  co_return std::move(refused);
}

// A body that came with its head is in memory already, and gate and handler are one call then.
bool has_body_to_come(Connection& connection, const BodyFraming& framing) {
  if (framing.is_chunked || framing.expects_continue) return framing.has_body();
  return framing.content_length > connection.leftover().size();
}

}  // namespace

Task<std::optional<http::Response>> answer_whole(Connection* connection, Exchange* exchange,
                                                 const http::Route* route) {
  const bool is_asked_before = has_body_to_come(*connection, exchange->framing);
  if (is_asked_before) {
    std::optional<http::Response> refused =
        co_await refuse_before_body(connection, exchange, route);
    if (!connection->is_alive()) co_return std::nullopt;
    if (refused) co_return std::move(refused);
  }
  const WholeEnd end = co_await read_whole(connection, exchange, route->body_limit_bytes);
  if (end == WholeEnd::cut) co_return std::nullopt;
  if (end == WholeEnd::too_large) co_return refuse(*exchange, Refusal::body_too_large);
  if (end == WholeEnd::malformed) co_return refuse(*exchange, Refusal::malformed);
  connection->deadline().enter(Phase::handler);
  SharedContext& shared = connection->thread().shared;
  auto call = [&shared, route, exchange, is_asked_before] {
    std::optional<http::Response> refused;
    if (!is_asked_before) refused = call_gate(shared, *route, exchange->request);
    return refused ? std::move(*refused) : call_handler(shared, *route, exchange->request);
  };
  http::Response response = co_await run_blocking(shared.pool, call);
  if (!connection->is_alive()) co_return std::nullopt;
  co_return std::optional<http::Response>(std::move(response));
}

Task<std::optional<http::Response>> answer_streamed(Connection* connection, Exchange* exchange,
                                                    const http::Route* route) {
  connection->deadline().enter(Phase::handler);
  SharedContext& shared = connection->thread().shared;
  auto open = [&shared, route, exchange] {
    return call_stream_handler(shared, *route, exchange->request);
  };
  http::StreamAnswer answer = co_await run_blocking(shared.pool, open);
  if (auto* response = std::get_if<http::Response>(&answer)) {
    if (!connection->is_alive()) co_return std::nullopt;
    co_return std::optional<http::Response>(std::move(*response));
  }
  http::BodySink& sink = *std::get<std::unique_ptr<http::BodySink>>(answer);
  Upload upload(*connection, *exchange, sink);
  sink.attach(upload.interrupter());
  co_return co_await upload.run();
}

Task<void> drop_short_body(Connection* connection, Exchange* exchange) {
  if (exchange->framing.expects_continue) co_return;
  const WholeEnd end = co_await read_whole(connection, exchange, kShortBodyBytes);
  exchange->body_is_consumed = end == WholeEnd::complete;
  exchange->request.body.clear();
}

}  // namespace weike::server
