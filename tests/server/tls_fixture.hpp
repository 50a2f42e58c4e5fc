#pragma once

#include "tests/server/engine_fixture.hpp"
#include "tests/server/tls_client.hpp"

#include <memory>
#include <string>

namespace weike::server {

// A TLS port beside the plain one, which is served too.
inline void listen_with(const TestCertificate& certificate, NetOptions& options) {
  options.tls.certificate = certificate.certificate_file();
  options.tls.key = certificate.key_file();
  options.tls.port = 0;
  options.tls.plain_port = PlainPort::serve;
}

// The engine of EngineTest with both ports.
class TlsTest : public EngineTest {
 protected:
  TlsTest() {
    listen_with(certificate, options);
    options.head_deadline = std::chrono::seconds{5};
  }

  std::unique_ptr<TlsClient> connect_tls(const TlsClientOptions& how = {}) {
    return std::make_unique<TlsClient>(engine->secure_port(), how);
  }
  RawClient connect_raw_to_tls() { return RawClient(engine->secure_port()); }
  std::string bytes_of_file(std::size_t begin, std::size_t end) const {
    std::string bytes(end - begin, '\0');
    for (std::size_t i = begin; i < end; ++i) bytes[i - begin] = pattern(i);
    return bytes;
  }

  TestCertificate certificate;
};

}  // namespace weike::server
