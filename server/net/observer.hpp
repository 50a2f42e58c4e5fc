#pragma once

#include "api/http/message.hpp"

#include <chrono>
#include <cstdint>
#include <string_view>

namespace weike::server {

enum class Lane { hot, handler };

// One finished or refused request. Views are valid during the call.
struct ReplyRecord {
  std::string_view request_id;
  http::Method method = http::Method::other;
  std::string_view target;
  std::string_view peer;
  int status = 0;
  std::uint64_t body_bytes = 0;
  std::chrono::microseconds duration{};
  Lane lane = Lane::hot;
};

// Hears of everything the engine does, for the log and the metrics. Called from all threads; must
// not block.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void on_reply(const ReplyRecord& record) = 0;
  // A handler threw, or a session ended with an exception.
  virtual void on_failure(std::string_view request_id, std::string_view what) = 0;
  virtual void on_connection_opened() = 0;
  virtual void on_connection_closed() = 0;
  virtual void on_connection_refused() = 0;
};

}  // namespace weike::server
