#include "tests/bench/load_connection.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <utility>

namespace weike::bench {
namespace {

constexpr long kNothingYet = -1, kFailed = -2;
// Bytes of a body that are thrown away by one call.
constexpr std::size_t kDiscardBytes = 4UL * 1024 * 1024;

std::array<char, 256 * 1024> plain_text;  // Of one TLS read; never looked at.

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return (x >= 'A' && x <= 'Z' ? x + 32 : x) == (y >= 'A' && y <= 'Z' ? y + 32 : y);
         });
}

std::optional<std::uint64_t> content_length(std::string_view head) {
  for (std::size_t line = head.find("\r\n"); line != std::string_view::npos;
       line = head.find("\r\n", line + 2)) {
    const std::string_view field = head.substr(line + 2);
    constexpr std::string_view kName = "content-length:";
    if (!equals_ignoring_case(field.substr(0, kName.size()), kName)) continue;
    std::string_view value = field.substr(kName.size());
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    std::uint64_t length = 0;
    const auto [end, failure] = std::from_chars(value.data(), value.data() + value.size(), length);
    if (failure == std::errc{} && *end == '\r') return length;
  }
  return std::nullopt;
}

}  // namespace

SslContextPtr make_client_context() {
  SslContextPtr context(SSL_CTX_new(TLS_client_method()));
  if (!context) return nullptr;
  SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION);
  SSL_CTX_set_ciphersuites(context.get(), "TLS_AES_128_GCM_SHA256");
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
  // A server may close without the alert; the answer's length says whether it was whole.
  SSL_CTX_set_options(context.get(), SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_read_ahead(context.get(), 1);
  SSL_CTX_set_default_read_buffer_len(context.get(), 128UL * 1024);
  return context;
}

LoadConnection::LoadConnection(LoadTotals& totals, SSL_CTX* ssl_context)
    : totals_(totals), ssl_context_(ssl_context) {}

LoadConnection::~LoadConnection() { close(); }

void LoadConnection::close() {
  ssl_.reset();
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
  request_ = nullptr;
}

LoadConnection::Progress LoadConnection::fail(std::string what) {
  totals_.fail(std::move(what));
  close();
  return Progress::failed;
}

bool LoadConnection::connect(std::uint16_t port, const LoadRequest& request) {
  descriptor_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr generic{};
  std::memcpy(&generic, &address, sizeof generic);
  // Loopback answers at once: the call waits for nobody.
  if (descriptor_ < 0 || ::connect(descriptor_, &generic, sizeof address) != 0) {
    fail(std::string("connect: ") + std::strerror(errno));
    return false;
  }
  const int on = 1;
  ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::fcntl(descriptor_, F_SETFL, O_NONBLOCK);
  if (ssl_context_ == nullptr) return send(request);

  ssl_.reset(SSL_new(ssl_context_));
  SSL_set_fd(ssl_.get(), descriptor_);
  SSL_set_connect_state(ssl_.get());
  is_shaking_hands_ = true;
  request_ = &request;
  return continue_handshake() != Progress::failed;
}

LoadConnection::Progress LoadConnection::continue_handshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  if (result != 1) {
    const bool is_waiting = SSL_get_error(ssl_.get(), result) == SSL_ERROR_WANT_READ;
    return is_waiting ? Progress::waiting : fail("the TLS handshake failed");
  }
  is_shaking_hands_ = false;
  if (totals_.cipher.empty()) totals_.cipher = SSL_get_cipher_name(ssl_.get());
  return send(*std::exchange(request_, nullptr)) ? Progress::waiting : Progress::failed;
}

bool LoadConnection::send(const LoadRequest& request) {
  request_ = &request;
  head_bytes_ = 0;
  has_head_ = false;
  ERR_clear_error();
  const std::size_t size = request.bytes.size();
  const long sent = ssl_ ? SSL_write(ssl_.get(), request.bytes.data(), static_cast<int>(size))
                         : ::send(descriptor_, request.bytes.data(), size, MSG_NOSIGNAL);
  // A request is far smaller than an empty socket buffer.
  if (sent == static_cast<long>(size)) return true;
  fail("a request could not be sent");
  return false;
}

long LoadConnection::read(char* into, std::size_t size) {
  if (!ssl_) {
    const ssize_t got = ::recv(descriptor_, into, size, 0);
    if (got >= 0) return got;
    return errno == EAGAIN || errno == EINTR ? kNothingYet : kFailed;
  }
  ERR_clear_error();
  const int got = SSL_read(ssl_.get(), into, static_cast<int>(size));
  if (got > 0) return got;
  switch (SSL_get_error(ssl_.get(), got)) {
    case SSL_ERROR_WANT_READ:
      return kNothingYet;
    case SSL_ERROR_ZERO_RETURN:
      return 0;
    default:
      return kFailed;
  }
}

long LoadConnection::discard() {
  if (ssl_) {
    return read(plain_text.data(), std::min<std::uint64_t>(plain_text.size(), body_left_));
  }
  // tcp(7): with MSG_TRUNC the bytes are dropped and not copied.
  const std::size_t size = std::min<std::uint64_t>(kDiscardBytes, body_left_);
  const ssize_t got = ::recv(descriptor_, nullptr, size, MSG_TRUNC);
  if (got >= 0) return got;
  return errno == EAGAIN || errno == EINTR ? kNothingYet : kFailed;
}

LoadConnection::Progress LoadConnection::receive() {
  if (is_shaking_hands_) {
    if (const Progress progress = continue_handshake(); progress == Progress::failed) {
      return progress;
    }
    if (is_shaking_hands_) return Progress::waiting;
  }
  is_drained_ = false;
  Progress progress = receive_some();
  // What TLS has read ahead raises no event any more.
  while (ssl_ && progress == Progress::waiting && !is_drained_) progress = receive_some();
  return progress;
}

LoadConnection::Progress LoadConnection::receive_some() {
  const bool is_in_body = request_ != nullptr && has_head_;
  const long got =
      is_in_body ? discard() : read(head_.data() + head_bytes_, head_.size() - head_bytes_);
  if (got == kNothingYet) {
    is_drained_ = true;
    return Progress::waiting;
  }
  if (got == kFailed) return fail(std::string("receive: ") + std::strerror(errno));
  if (got == 0) {
    if (request_ != nullptr) return fail("the server closed before its answer was whole");
    close();
    return Progress::ended;
  }
  if (request_ == nullptr) return fail("bytes that nobody asked for");
  if (!is_in_body) return take_head(static_cast<std::size_t>(got));
  totals_.bytes += static_cast<std::uint64_t>(got);
  body_left_ -= static_cast<std::uint64_t>(got);
  return finish_if_whole();
}

LoadConnection::Progress LoadConnection::take_head(std::size_t got) {
  head_bytes_ += got;
  const std::string_view bytes(head_.data(), head_bytes_);
  const std::size_t end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) {
    return head_bytes_ == head_.size() ? fail("a head of more than 4 KiB") : Progress::waiting;
  }
  const std::string_view head = bytes.substr(0, end + 2);
  const std::string status = std::to_string(request_->status);
  if (!head.starts_with("HTTP/1.1 ") || head.substr(9, 3) != status) {
    return fail("not " + status + ": " + std::string(head.substr(0, head.find('\r'))));
  }
  if (content_length(head) != request_->length) return fail("another Content-Length than expected");
  has_head_ = true;
  const std::uint64_t body = bytes.size() - end - 4;
  body_left_ = request_->length.value_or(0);
  if (body > body_left_) return fail("more bytes than Content-Length says");
  totals_.bytes += body;
  body_left_ -= body;
  return finish_if_whole();
}

LoadConnection::Progress LoadConnection::finish_if_whole() {
  if (body_left_ > 0) return Progress::waiting;
  ++totals_.requests;
  request_ = nullptr;
  head_bytes_ = 0;
  return Progress::answered;
}

}  // namespace weike::bench
