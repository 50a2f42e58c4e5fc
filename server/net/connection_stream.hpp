#pragma once

#include "server/net/connection.hpp"
#include "server/net/executor.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/error.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/role.hpp>

#include <array>
#include <cerrno>
#include <cstddef>
#include <span>
#include <utility>

namespace weike::server {

// A connection as the stream that Beast's WebSocket runs on: what was received beyond the request
// comes first, the transport does the rest, and a wake-up of the session is not an error. One read
// and one write may be under way. The connection outlives it. One thread.
class ConnectionStream {
 public:
  using executor_type = Executor;
  using Failure = boost::system::error_code;

  explicit ConnectionStream(Connection& connection) : connection_(&connection) {}

  executor_type get_executor() { return connection_->socket().get_executor(); }
  Connection& connection() { return *connection_; }

  // Bytes have come or gone since the last call.
  bool take_heard() { return std::exchange(is_heard_, false); }
  bool take_moved() { return std::exchange(is_moved_, false); }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    const asio::mutable_buffer into(*asio::buffer_sequence_begin(buffers));
    return begin(
        Socket::wait_read,
        [this, into](Failure& failure, std::size_t& bytes) {
          return read_once(into, failure, bytes);
        },
        token);
  }
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return begin(
        Socket::wait_write,
        [this, pieces = pieces_of(buffers)](Failure& failure, std::size_t& bytes) {
          return write_once(pieces, failure, bytes);
        },
        token);
  }

 private:
  // Where an operation stands. The first step must not complete at once: its caller is not done.
  enum class Stage { begin, waiting, done };
  // Head and body of a frame; more pieces would go with the next call.
  using Pieces = std::pair<std::array<iovec, 4>, std::size_t>;

  // A read or a write: `attempt` does what it can and says false when the socket must be waited
  // for.
  template <class Attempt>
  struct Operation {
    ConnectionStream* stream;
    Socket::wait_type readiness;
    Attempt attempt;
    Stage stage = Stage::begin;
    Failure failure = {};
    std::size_t bytes = 0;

    template <class Self>
    void operator()(Self& self, Failure = {}) {
      if (stage == Stage::done) return self.complete(failure, bytes);
      const bool is_first = stage == Stage::begin;
      const bool is_over = attempt(failure, bytes);
      stage = is_over ? Stage::done : Stage::waiting;
      if (!is_over) {
        stream->connection_->socket().async_wait(readiness, std::move(self));
      } else if (is_first) {
        asio::post(stream->get_executor(), std::move(self));
      } else {
        self.complete(failure, bytes);
      }
    }
  };

  template <class Attempt, class Token>
  auto begin(Socket::wait_type readiness, Attempt attempt, Token& token) {
    return asio::async_compose<Token, void(Failure, std::size_t)>(
        Operation<Attempt>{this, readiness, std::move(attempt)}, token, get_executor());
  }

  template <class Buffers>
  static Pieces pieces_of(const Buffers& buffers) {
    Pieces pieces{};
    const auto end = asio::buffer_sequence_end(buffers);
    for (auto at = asio::buffer_sequence_begin(buffers); at != end && pieces.second < 4; ++at) {
      const asio::const_buffer piece(*at);
      if (piece.size() == 0) continue;
      pieces.first[pieces.second++] = {const_cast<void*>(piece.data()), piece.size()};
    }
    return pieces;
  }

  // False when the socket must be waited for.
  bool read_once(asio::mutable_buffer into, Failure& failure, std::size_t& bytes);
  bool write_once(const Pieces& pieces, Failure& failure, std::size_t& bytes);

  Connection* connection_;
  bool is_heard_ = false;
  bool is_moved_ = false;
};

// Found by Beast where it gives a stream up.
inline void beast_close_socket(ConnectionStream& stream) { stream.connection().abort(); }

// Found by Beast at the end of a WebSocket. The session closes the socket.
template <class Handler>
void async_teardown(boost::beast::role_type, ConnectionStream& stream, Handler&& handler) {
  stream.connection().transport().say_goodbye();
  stream.connection().socket().shutdown_send();
  asio::post(stream.get_executor(), boost::beast::bind_front_handler(std::forward<Handler>(handler),
                                                                     boost::system::error_code{}));
}

}  // namespace weike::server
