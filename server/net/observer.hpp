#pragma once

#include "api/http/message.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weike::server {

enum class Lane { hot, handler };

// One finished or refused request. Views are valid during the call.
struct ReplyRecord {
  std::string_view request_id = {};
  http::Method method = http::Method::other;
  std::string_view target = {};
  std::string_view peer = {};
  int status = 0;
  std::uint64_t body_bytes = 0;
  std::chrono::microseconds duration{};
  Lane lane = Lane::hot;
};

// What happens in the engine beside replies. Each is counted, `upload_bytes` and
// `cold_read` by their amount.
enum class NetEvent : std::uint8_t {
  connection_opened,
  connection_closed,
  refused_in_all,      // The bound on all connections was reached,
  refused_of_address,  // or the one on connections of one address or IPv6 network.
  // Deadlines that struck, by what the connection was doing.
  deadline_idle,
  deadline_head,
  deadline_body,  // A slow writer: below the minimum rate.
  deadline_handler,
  deadline_write,  // A slow reader.
  deadline_lingering,
  deadline_websocket,  // A ping stayed without an answer.
  handshake_done,
  handshake_failed,
  listener_opened,  // Server-sent events.
  listener_closed,
  websocket_opened,
  websocket_closed,
  websocket_overflow,  // Closed, or a message dropped, because the client reads too slowly.
  upload_begun,
  upload_complete,
  upload_cut,
  upload_interrupted,
  upload_bytes,
  cold_read,  // Bytes that were not in memory and were fetched off the I/O thread.
  cache_hit,
  cache_miss,
};
constexpr std::size_t kNetEvents = static_cast<std::size_t>(NetEvent::cache_miss) + 1;

// Hears of everything the engine does, for the log and the metrics. Called from all threads; must
// neither block nor allocate for each request.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void on_reply(const ReplyRecord& record) = 0;
  // A handler threw, or a session ended with an exception.
  virtual void on_failure(std::string_view request_id, std::string_view what) = 0;
  virtual void on_event(NetEvent event, std::uint64_t amount) = 0;
  // What whoever runs the server should know; said once.
  virtual void on_notice(std::string_view /*what*/) {}
  void note(NetEvent event) { on_event(event, 1); }
};

}  // namespace weike::server
