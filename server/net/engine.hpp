#pragma once

#include "api/http/router.hpp"
#include "model/error.hpp"
#include "server/net/net_options.hpp"
#include "server/net/observer.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace weike::server {

class Worker;
struct SharedContext;

// The connection engine: HTTP/1.1, plain and through TLS, on one I/O thread per core, handlers on a
// blocking pool. Router, gatekeeper and observer must outlive it.
class Engine {
 public:
  // Binds and listens, so that clients queue up; `unavailable` when the address is taken,
  // `invalid_argument` for an address or proxy that is none, and for a certificate or key that
  // cannot be used. Ignores SIGPIPE for the process.
  static Result<std::unique_ptr<Engine>> open(const NetOptions& options, const http::Router& router,
                                              http::Gatekeeper& gatekeeper, Observer& observer);
  // Stops.
  ~Engine();

  // Starts to serve.
  void start();
  // Accepts no more, finishes what is under way within the grace time, and returns when no handler
  // and no session is left. Once.
  void stop();

  // While it runs, from one thread: takes over deadlines, limits and Strict-Transport-Security, and
  // reads certificate and key again; what is under way goes on as it began. Ports, thread counts,
  // buffer sizes and proxies stay. Fails as `open` does for certificate and key: then these stay
  // too.
  Result<> reload(const NetOptions& options);

  // Of the plain port; 0 and empty where there is none. "127.0.0.1:8080", "[::1]:8080".
  std::uint16_t port() const { return port_; }
  const std::string& address() const { return address_; }
  // The same of the TLS port.
  std::uint16_t secure_port() const { return secure_port_; }
  const std::string& secure_address() const { return secure_address_; }
  // "kernel" where the kernel can take over TLS records, else "own"; "off" without TLS.
  std::string_view tls_engine() const;
  // When the certificate that is served ends: "2027-01-31T12:00:00Z"; empty without TLS.
  std::string certificate_end() const;
  std::size_t connections() const;

 private:
  Engine();

  Result<> listen(const NetOptions& options);

  std::unique_ptr<SharedContext> shared_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::uint16_t port_ = 0;
  std::string address_;
  std::uint16_t secure_port_ = 0;
  std::string secure_address_;
  Milliseconds stop_grace_{};
  bool is_running_ = false;
};

}  // namespace weike::server
