#pragma once

#include "model/error.hpp"
#include "server/net/net_options.hpp"
#include "server/net/tls/openssl_handles.hpp"
#include "server/net/tls/ticket_keys.hpp"
#include "server/net/tls/tls_stream.hpp"

#include <memory>
#include <mutex>
#include <string>

namespace weike::server {

// The server's certificate and what it offers: TLS 1.2 and 1.3 with the ciphers of Mozilla's
// intermediate profile, ALPN http/1.1 (RFC 7301), session tickets. Threads may share it; outlives
// its streams.
class TlsContext {
 public:
  // Reads certificate and key. `invalid_argument` naming the setting whose file cannot be used.
  static Result<std::unique_ptr<TlsContext>> open(const TlsOptions& options);

  // Reads them again; new streams have the new ones. As `open` when it fails: all stays as it was.
  Result<> reload(const TlsOptions& options);

  // The TLS side of a connection that was just accepted. Null when memory is short.
  std::unique_ptr<TlsStream> make_stream(int descriptor, TlsBuffers& buffers);

  TicketKeys& ticket_keys() { return tickets_; }
  TlsEngine engine() const { return engine_; }
  // "2027-01-31T12:00:00Z", when the certificate that is served now ends.
  std::string certificate_end() const;

 private:
  explicit TlsContext(TlsEngine engine) : engine_(engine) {}

  TicketKeys tickets_;
  const TlsEngine engine_;
  mutable std::mutex mutex_;  // Guards the next.
  SslContextPtr context_;
};

}  // namespace weike::server
