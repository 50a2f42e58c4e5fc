#pragma once

#include "api/http/message.hpp"
#include "server/net/transport.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <utility>

namespace weike::server {

// A file body on its way to a client by sendfile.
class FileTransfer {
 public:
  explicit FileTransfer(http::FileBody body) : body_(std::move(body)) {}

  bool is_permitted() const { return !body_.permit || body_.permit->holds(); }
  const std::shared_ptr<const http::Permit>& permit() const { return body_.permit; }
  // Small files share a packet with their head; above, MSG_MORE only costs (measured).
  bool joins_head() const { return body_.length <= 256 * 1024; }
  std::uint64_t sent_bytes() const { return sent_; }
  bool is_done() const { return sent_ == body_.length; }

  // Sends at most `limit` bytes. `done` means the limit or the end was reached; `failed` also that
  // the file is shorter than promised. The transport may hold the last bytes when `is_done` is true
  // already: the file is sent when this says `done` too.
  SendResult send_turn(Transport& transport, std::size_t limit) {
    std::uint64_t left = std::min<std::uint64_t>(limit, body_.length - sent_);
    while (left > 0) {
      const ssize_t written = transport.send_file(body_.file->descriptor(), body_.offset + sent_,
                                                  static_cast<std::size_t>(left));
      if (written < 0 && errno == EINTR) continue;
      if (written < 0 && errno == EAGAIN) return SendResult::would_block;
      if (written <= 0) return SendResult::failed;
      sent_ += static_cast<std::uint64_t>(written);
      left -= static_cast<std::uint64_t>(written);
    }
    return transport.flush();
  }

 private:
  http::FileBody body_;
  std::uint64_t sent_ = 0;
};

}  // namespace weike::server
