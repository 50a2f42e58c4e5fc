#include "server/net/tls/tls_stream.hpp"

#include "server/net/tls/tls_bio.hpp"

#include <netinet/tcp.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace weike::server {
namespace {

// Reads of the socket in one call that yield no byte for us.
constexpr int kMaxIdleReads = 4;
// The ticket of a session is far smaller.
constexpr std::size_t kMaxTicketBytes = 4096;

}  // namespace

TlsStream::TlsStream(SslPtr ssl, int descriptor, TlsBuffers& buffers, TlsEngine engine)
    : ssl_(std::move(ssl)),
      bio_(TlsBio::make(*this)),
      descriptor_(descriptor),
      buffers_(buffers),
      offers_kernel_(engine == TlsEngine::kernel_if_given) {
  SSL_set_accept_state(ssl_.get());
  // The kernel takes over only from a BIO that is the socket itself.
  if (offers_kernel_ && SSL_set_fd(ssl_.get(), descriptor_) == 1) return;
  use_own_bio();
}

TlsStream::~TlsStream() = default;

void TlsStream::use_own_bio() {
  BIO* const bio = bio_.get();
  if (BIO_get_ktls_send(SSL_get_wbio(ssl_.get())) > 0) {
    kernel_sends_ = true;
  } else if (bio != nullptr && BIO_up_ref(bio) == 1) {
    SSL_set0_wbio(ssl_.get(), bio);
  }
  if (BIO_get_ktls_recv(SSL_get_rbio(ssl_.get())) > 0) return;
  if (bio != nullptr && BIO_up_ref(bio) == 1) SSL_set0_rbio(ssl_.get(), bio);
}

TlsStream::Handshake TlsStream::shake_hands() {
  if (!has_peeked_) {
    char first = 0;
    if (::recv(descriptor_, &first, 1, MSG_PEEK | MSG_DONTWAIT) < 0) {
      return errno == EAGAIN || errno == EINTR ? Handshake::wants_input : Handshake::failed;
    }
    if (first >= 'A' && first <= 'Z') return Handshake::plain_http;
    has_peeked_ = true;
  }
  if (flush() < 0) return errno == EAGAIN ? Handshake::wants_output : Handshake::failed;
  const Turn turn(*this);
  socket_read_ = SocketRead::allowed;
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  const int error = SSL_get_error(ssl_.get(), result);
  if (result == 1) return end_handshake();
  if (!push_output() || is_broken_) return Handshake::failed;
  if (!kept_output_.empty() || error == SSL_ERROR_WANT_WRITE) return Handshake::wants_output;
  // A call reads the socket once; more may lie there.
  has_pending_input_ = error == SSL_ERROR_WANT_READ && socket_read_ == SocketRead::done;
  if (error == SSL_ERROR_WANT_READ) return Handshake::wants_input;
  is_broken_ = true;
  return Handshake::failed;
}

// What a TLS 1.3 server says behind the client's Finished may wait (RFC 8446 §4.6.1); the client
// of an older version waits for the server's own.
TlsStream::Handshake TlsStream::end_handshake() {
  const bool may_wait = SSL_version(ssl_.get()) >= TLS1_3_VERSION && kept_output_.empty() &&
                        buffers_.output.size() <= kMaxTicketBytes;
  if (may_wait) {
    kept_output_ = buffers_.output;
  } else {
    if (!push_output()) return Handshake::failed;
    if (!kept_output_.empty()) return Handshake::wants_output;
  }
  if (offers_kernel_) use_own_bio();
  is_ready_ = true;
  has_pending_input_ = true;  // The request may have come together with the last of it.
  return Handshake::done;
}

ssize_t TlsStream::receive(std::span<char> into) {
  has_pending_input_ = false;
  if (!is_ready_ || is_broken_) return fail(ECONNRESET);
  const Turn turn(*this);
  socket_read_ = SocketRead::allowed;
  int idle_reads = 0;
  std::size_t filled = 0;
  while (filled < into.size()) {
    std::size_t got = 0;
    ERR_clear_error();
    const int result = SSL_read_ex(ssl_.get(), into.data() + filled, into.size() - filled, &got);
    if (result == 1) {
      filled += got;
      socket_read_ = SocketRead::done;  // What the socket holds now is for the next call.
      if (!holds_input()) break;
      continue;
    }
    const bool goes_on = SSL_get_error(ssl_.get(), result) == SSL_ERROR_WANT_READ && filled == 0 &&
                         socket_read_ == SocketRead::done && ++idle_reads < kMaxIdleReads;
    if (!goes_on) return end_of_reading(result, filled);
    socket_read_ = SocketRead::allowed;
  }
  push_output();  // New keys, if asked for. What came counts even when it fails.
  has_pending_input_ = holds_input();
  return static_cast<ssize_t>(filled);
}

// Why OpenSSL gives no more, as recv would say it; bytes that came before count first.
ssize_t TlsStream::end_of_reading(int result, std::size_t filled) {
  const int error = SSL_get_error(ssl_.get(), result);
  const bool is_answered = push_output();  // New keys, an alert.
  const bool wants_more = error == SSL_ERROR_WANT_READ && is_answered;
  if (!wants_more && error != SSL_ERROR_ZERO_RETURN) is_broken_ = true;
  // The end may stand behind these bytes, or more in the socket than one call looks at.
  has_pending_input_ = wants_more ? socket_read_ == SocketRead::done : filled > 0;
  if (filled > 0) return static_cast<ssize_t>(filled);
  if (wants_more) return fail(EAGAIN);
  return error == SSL_ERROR_ZERO_RETURN ? 0 : fail(ECONNRESET);
}

bool TlsStream::holds_input() const {
  return kept_input_taken_ < kept_input_.size() || buffers_.input_begin < buffers_.input_end ||
         SSL_has_pending(ssl_.get()) != 0;
}

int TlsStream::give(std::span<char> into) {
  if (kept_input_taken_ < kept_input_.size()) {
    const std::size_t count = kept_input_.copy(into.data(), into.size(), kept_input_taken_);
    kept_input_taken_ += count;
    return static_cast<int>(count);
  }
  if (buffers_.input_begin == buffers_.input_end) {
    if (socket_read_ != SocketRead::allowed) return -1;
    const ssize_t got =
        ::recv(descriptor_, buffers_.input.get(), TlsBuffers::kInputBytes, MSG_DONTWAIT);
    socket_read_ = got > 0 ? SocketRead::done : SocketRead::drained;
    if (got < 0) return errno == EAGAIN || errno == EINTR ? -1 : 0;
    buffers_.input_begin = 0;
    buffers_.input_end = static_cast<std::size_t>(got);
  }
  const std::size_t count = std::min(into.size(), buffers_.input_end - buffers_.input_begin);
  std::memcpy(into.data(), buffers_.input.get() + buffers_.input_begin, count);
  buffers_.input_begin += count;
  return static_cast<int>(count);
}

void TlsStream::take(std::span<const char> records) {
  buffers_.output.append(records.data(), records.size());
}

// Ends a turn: received records that OpenSSL has not asked for stay this client's; what a failure
// left in the output is nobody's.
void TlsStream::hand_over() {
  kept_input_.erase(0, kept_input_taken_);
  kept_input_taken_ = 0;
  kept_input_.append(buffers_.input.get() + buffers_.input_begin,
                     buffers_.input_end - buffers_.input_begin);
  if (kept_input_.empty() && kept_input_.capacity() > 64) std::string().swap(kept_input_);
  buffers_.input_begin = buffers_.input_end = 0;
  buffers_.output.clear();
}

bool kernel_has_tls() {
  const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (probe < 0) return false;
  // A socket that is not connected is refused for that reason, where the kernel knows the protocol.
  const bool is_known =
      ::setsockopt(probe, SOL_TCP, TCP_ULP, "tls", sizeof "tls") == 0 || errno == ENOTCONN;
  ::close(probe);
  return is_known;
}

}  // namespace weike::server
