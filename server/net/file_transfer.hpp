#pragma once

#include "api/http/message.hpp"
#include "server/net/page_cache.hpp"
#include "server/net/transport.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <utility>

namespace weike::server {

// How a turn of a transfer ended.
enum class TurnEnd {
  done,         // The limit or the end was reached.
  would_block,  // The socket is full.
  cold,         // What comes next is on the disk: `fetch_next` it, elsewhere.
  failed,       // The client is gone, or the file is shorter than promised.
};

// A file body on its way to a client by sendfile, as far as it lies in memory.
class FileTransfer {
 public:
  // What is fetched at once.
  static constexpr std::uint64_t kFetchBytes = std::uint64_t{1024} * 1024;

  explicit FileTransfer(http::FileBody body) : body_(std::move(body)) {}

  bool is_permitted() const { return !body_.permit || body_.permit->holds(); }
  const std::shared_ptr<const http::Permit>& permit() const { return body_.permit; }
  // Small files share a packet with their head; above, MSG_MORE only costs (measured).
  bool joins_head() const { return body_.length <= 256 * 1024; }
  std::uint64_t sent_bytes() const { return sent_; }
  bool is_done() const { return sent_ == body_.length; }
  // The file system did not say what is in memory; all of it counts as there.
  bool is_unprobed() const { return is_unprobed_; }

  // Sends at most `limit` bytes. The transport may hold the last bytes when `is_done` is true
  // already: the file is sent when this says `done` too.
  TurnEnd send_turn(Transport& transport, std::size_t limit) {
    std::uint64_t left = std::min<std::uint64_t>(limit, body_.length - sent_);
    if (left > 0 && !find_warm(left)) return TurnEnd::cold;
    while (left > 0) {
      const ssize_t written = send_some(transport, static_cast<std::size_t>(left));
      if (written < 0 && errno == EINTR) continue;
      if (written < 0 && errno == EAGAIN) return stop_full();
      if (written <= 0) return TurnEnd::failed;
      sent_ += static_cast<std::uint64_t>(written);
      left -= static_cast<std::uint64_t>(written);
    }
    const SendResult flushed = transport.flush();
    if (flushed == SendResult::would_block) return TurnEnd::would_block;
    return flushed == SendResult::done ? TurnEnd::done : TurnEnd::failed;
  }

  // What `fetch_next` reads, to be counted.
  std::uint64_t next_bytes() const { return std::min(kFetchBytes, body_.length - sent_); }
  // Brings what comes next into memory; waits for the disk. Nothing else may be called meanwhile.
  // False when the file cannot be read.
  bool fetch_next() {
    if (!fetch(body_.file->descriptor(), body_.offset + sent_, next_bytes())) return false;
    warm_until_ = sent_ + next_bytes();
    return true;
  }

 private:
  ssize_t send_some(Transport& transport, std::size_t length) {
    const std::uint64_t begin = body_.offset + sent_;
    const std::string* const memory = body_.file->memory();
    if (memory != nullptr && transport.is_secure()) {
      return transport.send(std::string_view(*memory).substr(begin, length));
    }
    return transport.send_file(body_.file->descriptor(), begin, length);
  }
  // Cuts `left` down to what is known to be in memory. False if the next bytes are not.
  bool find_warm(std::uint64_t& left) {
    if (body_.file->memory() != nullptr) return true;
    if (warm_until_ <= sent_) {
      const auto warmth = warmth_of(body_.file->descriptor(), body_.offset + sent_, left);
      if (warmth == Warmth::cold) return false;
      is_unprobed_ = warmth == Warmth::unknown;
      warm_until_ = sent_ + left;
    }
    left = std::min(left, warm_until_ - sent_);
    return true;
  }
  // Until the client has read, memory may be needed for something else.
  TurnEnd stop_full() {
    warm_until_ = 0;
    return TurnEnd::would_block;
  }

  http::FileBody body_;
  std::uint64_t sent_ = 0;
  std::uint64_t warm_until_ = 0;
  bool is_unprobed_ = false;
};

}  // namespace weike::server
