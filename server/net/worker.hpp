#pragma once

#include "server/net/connection.hpp"
#include "server/net/executor.hpp"
#include "server/net/thread_context.hpp"
#include "server/net/tls/tls_buffers.hpp"

#include <list>
#include <memory>
#include <optional>
#include <string>
#include <thread>

namespace weike::server {

// Where the engine listens: at least one of both.
struct ListenPoints {
  std::optional<asio::ip::tcp::endpoint> plain;
  std::optional<asio::ip::tcp::endpoint> secure;
};

// One I/O thread: its own io_context, its own acceptors, its own connections.
class Worker {
 public:
  // Binds to `points` with SO_REUSEPORT and listens; a port of 0 becomes the one that was chosen.
  // `unavailable` when the system refuses.
  static Result<std::unique_ptr<Worker>> open(SharedContext& shared, ListenPoints& points);

  void start();
  // From any thread: what new requests and deadlines go by.
  void apply(const NetOptions& options);
  // From any thread: accepts no more, closes what is idle, lets the rest finish.
  void begin_stop();
  // From any thread: closes everything.
  void abort_all();
  // Waits until the last session ended.
  void join();

 private:
  struct Listener {
    explicit Listener(const Executor& executor) : acceptor(executor), pause(executor) {}
    Acceptor acceptor;
    Timer pause;
    Wire wire = Wire::plain;
  };

  explicit Worker(SharedContext& shared);

  Result<> listen(asio::ip::tcp::endpoint& endpoint, Wire wire);
  Task<void> accept_all(Listener* listener);
  bool accept_batch(Listener& listener);
  Task<void> sweep_all();
  void admit(Socket socket, const asio::ip::address& peer, Wire wire);

  SharedContext& shared_;
  asio::io_context io_{1};
  Poller poller_;
  ThreadContext thread_context_;
  std::unique_ptr<TlsBuffers> tls_buffers_;  // Null without TLS.
  std::list<Listener> listeners_;
  Timer sweep_timer_;
  bool is_aborted_ = false;
  ConnectionList connections_;
  std::thread thread_;
};

}  // namespace weike::server
