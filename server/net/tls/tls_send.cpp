#include "server/net/tls/tls_stream.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace weike::server {
namespace {

// After a socket was full: a slow reader makes us keep at most about this.
constexpr std::size_t kCautiousBatchBytes = 2 * kTlsRecordBytes;
// Kept records up to this travel together with what follows.
constexpr std::size_t kJoinedBytes = kTlsRecordBytes;
// A client that makes us answer and reads nothing is let go.
constexpr std::size_t kMaxKeptBytes = 512UL * 1024;

}  // namespace

ssize_t TlsStream::send(std::span<const iovec> pieces, bool has_more) {
  if (!may_send()) return -1;
  if (kernel_sends_) {
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(pieces.data());
    message.msg_iovlen = pieces.size();
    return ::sendmsg(descriptor_, &message,
                     MSG_NOSIGNAL | MSG_DONTWAIT | (has_more ? MSG_MORE : 0));
  }
  const Turn turn(*this);
  if (!start_batch()) return -1;
  return finish_batch(encrypt_pieces(pieces), has_more);
}

ssize_t TlsStream::send_file(const std::shared_ptr<const storage::OpenFile>& file,
                             std::uint64_t offset, std::size_t length) {
  if (!may_send()) return -1;
  auto from = static_cast<off_t>(offset);
  if (kernel_sends_) return ::sendfile(descriptor_, file->descriptor(), &from, length);
  const Turn turn(*this);
  if (!start_batch()) return -1;
  const std::size_t wanted = std::min(length, batch_);
  if (const auto hot = buffers_.hot.find(file, offset, wanted); !hot.empty()) {
    return finish_batch(encrypt_pieces(hot), wanted < length);
  }
  const ssize_t got = ::pread(file->descriptor(), buffers_.plain.get(), wanted, from);
  // The records that waited for company go now.
  if (got <= 0) return push_output() ? got : -1;
  const auto count = static_cast<std::size_t>(got);
  return finish_batch(encrypt(buffers_.plain.get(), count) ? count : 0, count < length);
}

bool TlsStream::may_send() {
  if (is_ready_ && !is_broken_ && !is_over_) return true;
  errno = EPIPE;
  return false;
}

// Makes room for new records behind those that are kept. False with errno.
bool TlsStream::start_batch() {
  if (kept_output_.size() - kept_output_sent_ > kJoinedBytes && flush() < 0) return false;
  buffers_.output.assign(kept_output_, kept_output_sent_);
  drop_kept_output();
  return true;
}

bool TlsStream::encrypt(const char* bytes, std::size_t count) {
  while (count > 0 && !is_broken_) {
    std::size_t written = 0;
    ERR_clear_error();
    // The BIO takes everything: what does not succeed is a failure.
    if (SSL_write_ex(ssl_.get(), bytes, count, &written) != 1) is_broken_ = true;
    bytes += written;
    count -= written;
  }
  return !is_broken_;
}

// Short pieces share a record; long ones are encrypted from where they lie.
std::size_t TlsStream::encrypt_pieces(std::span<const iovec> pieces) {
  char* const record = buffers_.plain.get();
  std::size_t gathered = 0;
  std::size_t taken = 0;
  for (const iovec& piece : pieces) {
    const char* bytes = static_cast<const char*>(piece.iov_base);
    std::size_t left = std::min(piece.iov_len, batch_ - taken);
    taken += left;
    while (left > 0) {
      std::size_t used = std::min(left, kTlsRecordBytes - gathered);
      const bool is_last = &piece == &pieces.back();
      if (gathered == 0 && (is_last || left >= kTlsRecordBytes)) {
        used = is_last ? left : left - left % kTlsRecordBytes;
        if (!encrypt(bytes, used)) return 0;
      } else {
        std::memcpy(record + gathered, bytes, used);
        gathered += used;
      }
      bytes += used;
      left -= used;
      if (gathered == kTlsRecordBytes && !encrypt(record, std::exchange(gathered, 0))) return 0;
    }
  }
  return encrypt(record, gathered) ? taken : 0;
}

// Sends the records, or lets a few wait for those that follow at once.
ssize_t TlsStream::finish_batch(std::size_t taken, bool has_more) {
  if (is_broken_) return fail(EPIPE);
  const bool waits = has_more && buffers_.output.size() <= kJoinedBytes;
  if (waits) {
    kept_output_ = buffers_.output;
  } else if (!push_output()) {
    return -1;
  }
  return static_cast<ssize_t>(taken);
}

// Sends what the thread's buffer holds; the rest becomes the connection's own. False with errno
// when the client is gone.
bool TlsStream::push_output() {
  std::string& output = buffers_.output;
  if (output.empty()) return true;
  if (kept_output_.empty()) {
    send_output();
  } else {
    kept_output_.append(output);
    static_cast<void>(flush());  // A full socket leaves it where it is.
  }
  output.clear();
  if (is_broken_) return false;
  if (kept_output_.size() <= kMaxKeptBytes) return true;
  fail(EPIPE);
  is_broken_ = true;
  return false;
}

// Never with MSG_MORE: a packet that is filled up with the next batch leaves a rest of that.
void TlsStream::send_output() {
  const std::string& output = buffers_.output;
  const ssize_t sent =
      ::send(descriptor_, output.data(), output.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  is_broken_ = is_broken_ || (sent < 0 && errno != EAGAIN && errno != EINTR);
  const auto gone = static_cast<std::size_t>(std::max<ssize_t>(sent, 0));
  const bool is_whole = gone == output.size();
  batch_ = is_whole ? std::min(batch_ * 2, kTlsBatchBytes) : kCautiousBatchBytes;
  if (!is_whole && !is_broken_) kept_output_.append(output, gone);
}

int TlsStream::flush() {
  while (kept_output_sent_ < kept_output_.size()) {
    const ssize_t sent =
        ::send(descriptor_, kept_output_.data() + kept_output_sent_,
               kept_output_.size() - kept_output_sent_, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) {
      is_broken_ = is_broken_ || errno != EAGAIN;
      return -1;
    }
    kept_output_sent_ += static_cast<std::size_t>(sent);
  }
  drop_kept_output();
  return 1;
}

void TlsStream::drop_kept_output() {
  std::string().swap(kept_output_);  // Assigning would keep the memory.
  kept_output_sent_ = 0;
}

void TlsStream::say_goodbye() {
  if (!may_send()) return;
  is_over_ = true;
  const Turn turn(*this);
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  push_output();
}

ssize_t TlsStream::fail(int code) {
  errno = code;
  return -1;
}

}  // namespace weike::server
