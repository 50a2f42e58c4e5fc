#pragma once

#include "tests/server/raw_client.hpp"

#include <openssl/ssl.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace weike::server {

enum class KeyKind { ecdsa, rsa };

// A self-signed certificate for "localhost", made anew, as two PEM files that end with it.
class TestCertificate {
 public:
  explicit TestCertificate(const std::string& common_name = "localhost",
                           KeyKind kind = KeyKind::ecdsa);
  ~TestCertificate();
  TestCertificate(const TestCertificate&) = delete;

  const std::string& certificate_file() const { return certificate_file_; }
  const std::string& key_file() const { return key_file_; }
  // Lays this certificate over the files of another.
  void overwrite(const TestCertificate& other) const;

 private:
  std::string certificate_file_;
  std::string key_file_;
};

struct TlsClientOptions {
  int version = TLS1_3_VERSION;
  std::vector<std::string> protocols = {};  // Offered by ALPN; empty: the extension is not sent.
  SSL_SESSION* session = nullptr;           // To be resumed.
  int receive_buffer_bytes = 0;
  std::string ciphers = "ALL";  // Of TLS 1.2, as OpenSSL lists them.
};

struct SslFree {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
};
using SessionPtr = std::unique_ptr<SSL_SESSION, SslFree>;

// A client that speaks TLS by OpenSSL and takes any certificate. Blocks, at most ten seconds.
class TlsClient {
 public:
  explicit TlsClient(std::uint16_t port, const TlsClientOptions& options = {});
  ~TlsClient();
  TlsClient(const TlsClient&) = delete;

  // Of the handshake, which the constructor has tried.
  bool is_connected() const { return is_connected_; }
  // OpenSSL's reason of the failure: SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL.
  int failure_reason() const { return failure_reason_; }

  bool send(std::string_view bytes);
  // One reply, delimited by Content-Length.
  std::optional<RawReply> read_reply(bool is_head = false);
  std::string read_bytes(std::size_t count);

  enum class End { close_notify, cut, silence };
  // Drops what comes until the server closes, and tells how it did.
  End read_to_end();

  // Ends our side with close_notify, the socket stays.
  void say_goodbye();
  // Closes the socket with a reset, without a word of TLS.
  void reset();
  // Asks the server for new keys (TLS 1.3).
  void renew_keys();
  // Asks for a second handshake on this connection (TLS 1.2). True when the server agrees.
  bool renegotiate();

  std::string protocol() const;  // As ALPN chose it.
  int version() const { return SSL_version(ssl_.get()); }
  std::string cipher() const { return SSL_get_cipher(ssl_.get()); }
  std::string common_name() const;  // Of the server's certificate.
  bool is_resumed() const { return SSL_session_reused(ssl_.get()) == 1; }
  // The last ticket that the server gave; null before.
  SessionPtr take_session() { return std::move(session_); }
  int descriptor() const { return descriptor_; }

 private:
  bool receive();
  static int keep_session(SSL* ssl, SSL_SESSION* session);

  std::unique_ptr<SSL_CTX, SslFree> context_;
  std::unique_ptr<SSL, SslFree> ssl_;
  SessionPtr session_;
  int descriptor_ = -1;
  bool is_connected_ = false;
  int failure_reason_ = 0;
  std::string buffer_;
};

}  // namespace weike::server
