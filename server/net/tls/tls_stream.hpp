#pragma once

#include "server/net/tls/openssl_handles.hpp"
#include "server/net/tls/tls_buffers.hpp"
#include "storage/blob/blob_store.hpp"

#include <sys/types.h>
#include <sys/uio.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace weike::server {

// Who encrypts what is sent.
enum class TlsEngine {
  own,              // OpenSSL, into the thread's buffer.
  kernel_if_given,  // The kernel, where it takes the connection's cipher; else as above.
};

// The TLS side of one connection: OpenSSL over a BIO of its own, so that many records go out with
// one send and none is read twice. Never waits; an idle one owns no buffer. One thread.
class TlsStream {
 public:
  enum class Handshake { done, wants_input, wants_output, plain_http, failed };

  // `buffers` are the thread's. The descriptor is non-blocking and stays the caller's.
  TlsStream(SslPtr ssl, int descriptor, TlsBuffers& buffers, TlsEngine engine);
  ~TlsStream();
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;

  // One step of the handshake; to be called again when the socket is ready for what it wants.
  // `plain_http` when the first byte is none of TLS; nothing is read or written then. The ticket of
  // a TLS 1.3 session, for which no client waits, goes out with the first reply.
  Handshake shake_hands();
  bool is_ready() const { return is_ready_; }

  // These do as those of Transport. The end of the input is the client's close_notify: a stream
  // that breaks off without it is ECONNRESET.
  ssize_t receive(std::span<char> into);
  bool has_pending_input() const { return has_pending_input_; }
  ssize_t send(std::span<const iovec> pieces, bool has_more);
  ssize_t send_file(const std::shared_ptr<const storage::OpenFile>& file, std::uint64_t offset,
                    std::size_t length);
  // Sends the records that the socket did not take: 1 when none is left, else -1 and errno.
  int flush();
  // Puts close_notify behind what was sent. Nothing can be sent any more.
  void say_goodbye();

 private:
  friend struct TlsBioCalls;
  // One call: the thread's buffers are this client's, and nobody's afterwards.
  class Turn {
   public:
    explicit Turn(TlsStream& stream) : stream_(stream) { stream_.buffers_.output.clear(); }
    ~Turn() { stream_.hand_over(); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    TlsStream& stream_;
  };
  // Whether this call may read the socket, has read it, or found it empty.
  enum class SocketRead { allowed, done, drained };

  // What the BIO gives to OpenSSL and takes from it: bytes, 0 at the end, -1 to try again later.
  int give(std::span<char> into);
  bool holds_input() const;
  void take(std::span<const char> records);

  bool may_send();
  void use_own_bio();
  Handshake end_handshake();
  ssize_t end_of_reading(int result, std::size_t filled);
  bool start_batch();
  bool encrypt(const char* bytes, std::size_t count);
  std::size_t encrypt_pieces(std::span<const iovec> pieces);
  ssize_t finish_batch(std::size_t taken, bool has_more);
  bool push_output();
  void send_output();
  void drop_kept_output();
  void hand_over();
  static ssize_t fail(int code);

  SslPtr ssl_;
  BioPtr bio_;
  const int descriptor_;
  TlsBuffers& buffers_;
  const bool offers_kernel_;
  bool kernel_sends_ = false;
  bool is_ready_ = false;
  bool is_broken_ = false;
  bool is_over_ = false;  // close_notify is written.
  bool has_peeked_ = false;
  bool has_pending_input_ = false;
  SocketRead socket_read_ = SocketRead::allowed;
  std::size_t batch_ = kTlsBatchBytes;
  // What the thread's buffers held for this client at the end of its turn.
  std::string kept_input_;
  std::size_t kept_input_taken_ = 0;
  std::string kept_output_;
  std::size_t kept_output_sent_ = 0;
};

// True when this kernel has TLS for sockets (CONFIG_TLS).
bool kernel_has_tls();

}  // namespace weike::server
