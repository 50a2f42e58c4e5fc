#pragma once

#include "server/net/deadline.hpp"
#include "server/net/executor.hpp"
#include "server/net/thread_context.hpp"
#include "server/net/transport.hpp"
#include "server/net/unfinished.hpp"

#include <boost/intrusive/list.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace weike::server {

// What took a connection over from HTTP: a WebSocket. On the connection's thread.
class Tenant {
 public:
  virtual ~Tenant() = default;
  // After each `websocket_ping`.
  virtual void keep_alive() = 0;
  // The server stops.
  virtual void stop() = 0;
};

// One client. Lives on one I/O thread; owned by its session. An idle one owns no buffer.
class Connection : public boost::intrusive::list_base_hook<
                       boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  Connection(ThreadContext& thread, Transport transport, const asio::ip::address& peer,
             bool is_trusted);
  ~Connection();

  ThreadContext& thread() const { return thread_; }
  Transport& transport() { return transport_; }
  Socket& socket() { return transport_.socket(); }
  int descriptor() { return transport_.descriptor(); }
  // Its address.
  const std::string& peer() const { return peer_; }
  bool is_trusted() const { return is_trusted_; }
  // The client speaks TLS to us.
  bool is_secure() const { return transport_.is_secure(); }
  // For ReplyFrame.
  std::string_view transport_security() const {
    return is_secure() ? std::string_view(thread_.transport_security) : std::string_view();
  }
  Deadline& deadline() { return deadline_; }

  // Once for each request whose head was read.
  void count_request() {
    ++requests_;
    last_unsent_ = 0;
  }
  // False when this request is the last one: of its number, or by the age of the connection.
  bool may_go_on() const;

  // The request that the handler lane has at hand; null: none. It outlives the service.
  void serve(const Exchange* exchange) { exchange_ = exchange; }

  // Bytes that were received and belong to the next request.
  std::string& leftover() { return leftover_; }
  std::unique_ptr<Unfinished>& unfinished() { return unfinished_; }

  // The permit of a file, null if it needs none: bytes may still wait in the kernel when the
  // session is done with it.
  void watch_permit(const std::shared_ptr<const http::Permit>& permit);

  // False after the deadline passed or the socket was closed: the session ends.
  bool is_alive() const { return transport_.socket().is_open() && !is_expired_; }
  bool must_linger() const { return must_linger_; }
  // The client has sent bytes that nobody will read: close slowly, or it never sees the answer.
  void linger_at_close() { must_linger_ = true; }

  // Answers without waiting whether it arrives: the connection is about to close.
  void send_refusal(const http::Response& response, std::string_view id);
  // Closes at once and drops what waits in the kernel.
  void abort();
  // Called by the thread's sweep: deadlines, recalled files, heartbeats of event streams.
  void sweep(Deadline::Clock::time_point now);
  // At a stop: closes a connection that has nothing under way, and ends the wait of one that waits.
  void close_if_idle();

  // Event streams: true once after each heartbeat interval.
  bool take_heartbeat() { return std::exchange(is_heartbeat_due_, false); }
  // Null: nobody. The tenant outlives its stay.
  void let_to(Tenant* tenant) { tenant_ = tenant; }
  // A session that waits for the socket looks at its flags.
  void wake();

 private:
  // False when a file whose bytes wait for the client may not be seen any more.
  bool check_permits();
  void expire();
  void send_late_answer();
  // Bytes that wait in the kernel for the client.
  int unsent_bytes();
  bool is_being_read(Milliseconds since_last_look);

  ThreadContext& thread_;
  Transport transport_;
  const asio::ip::address address_;
  const std::string peer_;
  const bool is_trusted_;
  bool is_expired_ = false;
  bool must_linger_ = false;
  bool is_heartbeat_due_ = false;
  bool is_old_ = false;
  std::uint32_t requests_ = 0;
  const Deadline::Clock::time_point opened_ = Deadline::Clock::now();
  Deadline deadline_;
  Tenant* tenant_ = nullptr;
  const Exchange* exchange_ = nullptr;
  int last_unsent_ = 0;  // When a slow reader was looked at last.
  std::string leftover_;
  std::unique_ptr<Unfinished> unfinished_;
  // Of files whose bytes may wait in the kernel.
  std::vector<std::shared_ptr<const http::Permit>> permits_;
};

using ConnectionList =
    boost::intrusive::list<Connection, boost::intrusive::constant_time_size<false>>;

}  // namespace weike::server
