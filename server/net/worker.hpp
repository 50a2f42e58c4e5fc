#pragma once

#include "server/net/connection.hpp"
#include "server/net/executor.hpp"
#include "server/net/thread_context.hpp"

#include <memory>
#include <string>
#include <thread>

namespace weike::server {

// One I/O thread: its own io_context, its own acceptor, its own connections.
class Worker {
 public:
  // Binds to `endpoint` with SO_REUSEPORT and listens. `unavailable` when the system refuses.
  static Result<std::unique_ptr<Worker>> open(SharedContext& shared,
                                              const asio::ip::tcp::endpoint& endpoint);

  asio::ip::tcp::endpoint endpoint() const;
  void start();
  // From any thread: accepts no more, closes what is idle, lets the rest finish.
  void begin_stop();
  // From any thread: closes everything.
  void abort_all();
  // Waits until the last session ended.
  void join();

 private:
  explicit Worker(SharedContext& shared);

  Task<void> accept_all();
  Task<void> sweep_all();
  void admit(Socket socket);

  SharedContext& shared_;
  asio::io_context io_{1};
  ThreadContext thread_context_;
  Acceptor acceptor_;
  Timer accept_pause_;
  Timer sweep_timer_;
  bool is_aborted_ = false;
  ConnectionList connections_;
  std::thread thread_;
};

}  // namespace weike::server
