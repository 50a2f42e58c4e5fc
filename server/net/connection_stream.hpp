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
    return asio::async_compose<Token, void(Failure, std::size_t)>(ReadStep<Buffers>{this, buffers},
                                                                  token, connection_->socket());
  }
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return asio::async_compose<Token, void(Failure, std::size_t)>(WriteStep<Buffers>{this, buffers},
                                                                  token, connection_->socket());
  }

 private:
  // Where an operation stands. The first step must not complete at once: its caller is not done.
  enum class Stage { begin, waiting, done };

  template <class Buffers>
  struct ReadStep {
    ConnectionStream* stream;
    Buffers buffers;
    Stage stage = Stage::begin;
    Failure failure = {};
    std::size_t bytes = 0;

    template <class Self>
    void operator()(Self& self, Failure = {}) {
      if (stage == Stage::done) return self.complete(failure, bytes);
      if (stream->read_once(*asio::buffer_sequence_begin(buffers), failure, bytes)) {
        const bool is_first = stage == Stage::begin;
        stage = Stage::done;
        if (!is_first) return self.complete(failure, bytes);
        return asio::post(stream->get_executor(), std::move(self));
      }
      stage = Stage::waiting;
      stream->connection_->socket().async_wait(Socket::wait_read, std::move(self));
    }
  };

  template <class Buffers>
  struct WriteStep {
    ConnectionStream* stream;
    Buffers buffers;
    Stage stage = Stage::begin;
    Failure failure = {};
    std::size_t bytes = 0;

    template <class Self>
    void operator()(Self& self, Failure = {}) {
      if (stage == Stage::done) return self.complete(failure, bytes);
      if (stream->write_once(pieces(), failure, bytes)) {
        const bool is_first = stage == Stage::begin;
        stage = Stage::done;
        if (!is_first) return self.complete(failure, bytes);
        return asio::post(stream->get_executor(), std::move(self));
      }
      stage = Stage::waiting;
      stream->connection_->socket().async_wait(Socket::wait_write, std::move(self));
    }

    // Head and body of a frame; more pieces would go with the next call.
    std::pair<std::array<iovec, 4>, std::size_t> pieces() const {
      std::pair<std::array<iovec, 4>, std::size_t> list{};
      const auto end = asio::buffer_sequence_end(buffers);
      for (auto at = asio::buffer_sequence_begin(buffers); at != end && list.second < 4; ++at) {
        const asio::const_buffer piece(*at);
        if (piece.size() == 0) continue;
        list.first[list.second++] = {const_cast<void*>(piece.data()), piece.size()};
      }
      return list;
    }
  };

  // False when the socket must be waited for.
  bool read_once(asio::mutable_buffer into, Failure& failure, std::size_t& bytes);
  bool write_once(const std::pair<std::array<iovec, 4>, std::size_t>& pieces, Failure& failure,
                  std::size_t& bytes);

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
  boost::system::error_code ignored;
  stream.connection().socket().shutdown(Socket::shutdown_send, ignored);
  asio::post(stream.get_executor(), boost::beast::bind_front_handler(std::forward<Handler>(handler),
                                                                     boost::system::error_code{}));
}

}  // namespace weike::server
