#pragma once

#include "api/http/router.hpp"
#include "model/error.hpp"
#include "server/net/net_options.hpp"
#include "server/net/observer.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace weike::server {

class Worker;
struct SharedContext;

// The connection engine: HTTP/1.1 on one I/O thread per core, handlers on a blocking pool. Router,
// gatekeeper and observer must outlive it.
class Engine {
 public:
  // Binds and listens, so that clients queue up; `unavailable` when the address is taken,
  // `invalid_argument` for an address or proxy that is none. Ignores SIGPIPE for the process.
  static Result<std::unique_ptr<Engine>> open(const NetOptions& options, const http::Router& router,
                                              http::Gatekeeper& gatekeeper, Observer& observer);
  // Stops.
  ~Engine();

  // Starts to serve.
  void start();
  // Accepts no more, finishes what is under way within the grace time, and returns when no handler
  // and no session is left. Once.
  void stop();

  std::uint16_t port() const { return port_; }
  // "127.0.0.1:8080", "[::1]:8080"
  const std::string& address() const { return address_; }
  std::size_t connections() const;

 private:
  Engine();

  std::unique_ptr<SharedContext> shared_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::uint16_t port_ = 0;
  std::string address_;
  bool is_running_ = false;
};

}  // namespace weike::server
