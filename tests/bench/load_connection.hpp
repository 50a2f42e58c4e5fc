#pragma once

#include "tests/bench/load_request.hpp"

#include <openssl/ssl.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace weike::bench {

struct SslContextDeleter {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
struct SslDeleter {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};
using SslContextPtr = std::unique_ptr<SSL_CTX, SslContextDeleter>;
using SslPtr = std::unique_ptr<SSL, SslDeleter>;

// TLS 1.3 with AES-128-GCM and no session kept: every handshake is a full one. Certificates are not
// checked, as they are made for the run.
SslContextPtr make_client_context();

struct LoadTotals {
  std::uint64_t requests = 0;
  std::uint64_t bytes = 0;  // Of bodies.
  std::uint64_t errors = 0;
  std::string first_error;
  std::string cipher;

  void fail(std::string what) {
    if (errors++ == 0) first_error = std::move(what);
  }
};

// One connection that sends a request, checks status and length of the answer, and throws its body
// away: in plain text without taking it out of the kernel. For one thread.
class LoadConnection {
 public:
  // `ssl_context` may be null: plain text.
  LoadConnection(LoadTotals& totals, SSL_CTX* ssl_context);
  ~LoadConnection();
  LoadConnection(const LoadConnection&) = delete;
  LoadConnection& operator=(const LoadConnection&) = delete;

  // Connects and sends; `request` must live until its answer is there. False after a failure, which
  // the totals know.
  bool connect(std::uint16_t port, const LoadRequest& request);
  bool send(const LoadRequest& request);
  void close();

  enum class Progress { waiting, answered, ended, failed };
  // Takes what the socket holds. `ended`: the server closed after a whole answer.
  Progress receive();

  int descriptor() const { return descriptor_; }
  bool is_open() const { return descriptor_ >= 0; }

 private:
  Progress continue_handshake();
  Progress receive_some();
  Progress take_head(std::size_t got);
  Progress finish_if_whole();
  Progress fail(std::string what);
  // Bytes, 0 at the end, -1 when there are none yet, -2 after a failure.
  long read(char* into, std::size_t size);
  long discard();

  LoadTotals& totals_;
  SSL_CTX* const ssl_context_;
  int descriptor_ = -1;
  SslPtr ssl_;
  bool is_shaking_hands_ = false;
  bool is_drained_ = false;               // The last read found nothing.
  const LoadRequest* request_ = nullptr;  // Null while nothing is asked.
  std::array<char, 4096> head_{};
  std::size_t head_bytes_ = 0;
  bool has_head_ = false;
  std::uint64_t body_left_ = 0;
};

}  // namespace weike::bench
