#pragma once

#include "api/http/message.hpp"
#include "server/net/file_transfer.hpp"
#include "server/net/output_queue.hpp"
#include "server/net/poller.hpp"
#include "server/net/request_head.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace weike::server {

// A request on its way through the handler lane.
struct Exchange {
  http::Request request;
  BodyFraming framing;
  http::Method wire_method = http::Method::other;
  bool is_http_1_0 = false;
  bool keep_alive = true;
  bool body_is_consumed = true;
  std::chrono::steady_clock::time_point started;
};

struct WebSocketStart;

// What the hot lane could not finish without waiting, or not yet, in this order.
struct Unfinished {
  OutputQueue output;
  bool has_output = false;  // In `output`, or still in the transport.
  std::optional<FileTransfer> file;
  std::unique_ptr<Exchange> exchange;
  std::shared_ptr<http::EventSource> events;  // The head of their stream is sent.
  std::shared_ptr<WebSocketStart> websocket;
  bool close_after = false;
};

// Those that may be used, so that neither answers that let others go first nor slow readers cost an
// allocation. One thread.
class SpareUnfinished {
 public:
  SpareUnfinished() {
    spare_.reserve(kMost);
    while (spare_.size() < kMost) {
      spare_.push_back(std::make_unique<Unfinished>());
      spare_.back()->output.reserve(kHeadBytes, 2);
    }
  }
  std::unique_ptr<Unfinished> take() {
    if (spare_.empty()) return std::make_unique<Unfinished>();
    auto taken = std::move(spare_.back());
    spare_.pop_back();
    return taken;
  }
  // Forgets what it held. Null is nothing.
  void give_back(std::unique_ptr<Unfinished> used) {
    if (!used || spare_.size() == kMost) return;
    used->output.clear(kKeptTextBytes);
    used->has_output = false;
    used->file.reset();
    used->exchange.reset();
    used->websocket.reset();
    used->events.reset();
    used->close_after = false;
    spare_.push_back(std::move(used));
  }

 private:
  static constexpr std::size_t kMost = Poller::kMostInBatch;
  static constexpr std::size_t kHeadBytes = 1024;
  static constexpr std::size_t kKeptTextBytes = std::size_t{16} * 1024;

  std::vector<std::unique_ptr<Unfinished>> spare_;
};

}  // namespace weike::server
