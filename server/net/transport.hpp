#pragma once

#include "server/net/socket.hpp"
#include "server/net/system_calls.hpp"
#include "server/net/tls/tls_stream.hpp"

#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace weike::server {

enum class SendResult {
  done,
  would_block,
  failed,  // The client is gone.
};

// What a port speaks.
enum class Wire { plain, tls };

// The way of bytes to and from one client, plain or through TLS; nobody else reads or writes its
// socket. Never waits: the calls answer as their system calls do, with -1 and errno, EAGAIN where
// there is nothing to do now. One thread.
class Transport {
 public:
  explicit Transport(Socket socket, std::unique_ptr<TlsStream> tls = nullptr)
      : socket_(std::move(socket)), tls_(std::move(tls)) {}

  Socket& socket() { return socket_; }
  const Socket& socket() const { return socket_; }
  int descriptor() const { return socket_.native_handle(); }
  bool is_secure() const { return tls_ != nullptr; }
  // Null on a plain connection.
  TlsStream* tls() { return tls_.get(); }
  // Goes on with the handshake of a TLS connection.
  TlsStream::Handshake shake_hands() {
    const TlsStream::Handshake step = tls_->shake_hands();
    if (step == TlsStream::Handshake::wants_input && !has_pending_input()) socket_.note_drained();
    if (step == TlsStream::Handshake::wants_output) socket_.note_full();
    return step;
  }
  // False until a TLS handshake is done.
  bool is_ready() const { return !tls_ || tls_->is_ready(); }
  // Goes on without TLS: the client does not speak it, or the socket is closed.
  void leave_tls() { tls_.reset(); }

  // The number of bytes that came, 0 behind the client's last one.
  ssize_t receive(std::span<char> into) {
    if (tls_) return drained_where_empty(tls_->receive(into));
    const ssize_t got = receive_bytes(descriptor(), into.data(), into.size(), MSG_DONTWAIT);
    // Less than there is room for was all of it.
    if (got > 0 && static_cast<std::size_t>(got) < into.size()) socket_.note_drained();
    return drained_where_empty(got);
  }
  // True when bytes have come that the socket does not tell of: receive before waiting for it.
  bool has_pending_input() const { return tls_ && tls_->has_pending_input(); }

  // How many of the bytes are taken. `has_more`: more follows at once, so this need not go alone.
  ssize_t send(std::span<const iovec> pieces, bool has_more) {
    if (tls_) return full_where_blocked(tls_->send(pieces, has_more));
    const int flags = MSG_NOSIGNAL | MSG_DONTWAIT | (has_more ? MSG_MORE : 0);
    // The kernel need not read a list of one.
    if (pieces.size() == 1) {
      return full_where_blocked(
          send_bytes(descriptor(), pieces[0].iov_base, pieces[0].iov_len, flags));
    }
    msghdr message{};
    // sendmsg does not write through these pointers; the structure has no const form.
    message.msg_iov = const_cast<iovec*>(pieces.data());
    message.msg_iovlen = pieces.size();
    return full_where_blocked(send_message(descriptor(), &message, flags));
  }
  ssize_t send(std::string_view bytes) {
    const iovec piece{const_cast<char*>(bytes.data()), bytes.size()};
    return send({&piece, 1}, false);
  }
  // The same with bytes of a file; 0 behind its end.
  ssize_t send_file(const std::shared_ptr<const storage::OpenFile>& file, std::uint64_t offset,
                    std::size_t length) {
    if (tls_) return full_where_blocked(tls_->send_file(file, offset, length));
    auto from = static_cast<off_t>(offset);
    const ssize_t sent = ::sendfile(descriptor(), file->descriptor(), &from, length);
    // What the kernel left had no room, unless the file ended.
    if (sent > 0 && static_cast<std::size_t>(sent) < length) socket_.note_full();
    return full_where_blocked(sent);
  }
  // Bytes that `send` and `send_file` took may wait here. A reply is sent when this says `done`.
  SendResult flush() {
    if (!tls_ || full_where_blocked(tls_->flush()) == 1) return SendResult::done;
    return errno == EAGAIN ? SendResult::would_block : SendResult::failed;
  }
  // Tells the client that nothing follows, where TLS can say it; to be flushed.
  void say_goodbye() {
    if (tls_) tls_->say_goodbye();
  }

 private:
  // They pass the result of a call on, and tell the socket what it means.
  ssize_t drained_where_empty(ssize_t result) {
    if (result < 0 && errno == EAGAIN && !has_pending_input()) socket_.note_drained();
    return result;
  }
  ssize_t full_where_blocked(ssize_t result) {
    if (result < 0 && errno == EAGAIN) socket_.note_full();
    return result;
  }

  Socket socket_;
  std::unique_ptr<TlsStream> tls_;
};

}  // namespace weike::server
