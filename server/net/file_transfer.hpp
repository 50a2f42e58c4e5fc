#pragma once

#include "api/http/message.hpp"
#include "server/net/page_cache.hpp"
#include "server/net/transport.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
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

  explicit FileTransfer(http::FileBody body)
      : permit_(std::move(body.permit)),
        whole_(std::move(body.pieces)),
        offset_(body.offset),
        length_(body.length) {
    if (!whole_) take({{}, std::move(body.file), body.offset, body.length});
  }

  bool is_permitted() const { return !permit_ || permit_->holds(); }
  const std::shared_ptr<const http::Permit>& permit() const { return permit_; }
  // Small files share a packet with their head (a fifth less at 100 KB); above, MSG_MORE only
  // costs: where a large packet goes first BBR paces what follows (twice as much at 256 KB).
  bool joins_head() const { return length_ <= std::uint64_t{160} * 1024; }
  std::uint64_t sent_bytes() const { return sent_; }
  bool is_done() const { return sent_ == length_; }
  // The file system did not say what is in memory; all of it counts as there.
  bool is_unprobed() const { return is_unprobed_; }

  // Puts the rest of the first page of a longer range behind its head, if it is in memory: whole
  // pages follow, in one packet fewer. For plain connections, before anything is sent.
  void begin_behind(std::string& head) {
    if (!is_permitted()) return;
    if (joins_head() || offset_ == 0 || sent_ > 0 || !find_piece() || !piece_.file) return;
    const auto rest = page_bytes() - file_offset() % page_bytes();
    const std::size_t old_size = head.size();
    head.resize(old_size + static_cast<std::size_t>(std::min(rest, piece_end_)));
    const auto copied =
        read_warm(piece_.file->descriptor(), file_offset(), std::span(head).subspan(old_size));
    head.resize(old_size + copied);
    sent_ += copied;
  }

  // Sends at most `limit` bytes. The transport may hold the last bytes when `is_done` is true
  // already: the file is sent when this says `done` too.
  TurnEnd send_turn(Transport& transport, std::size_t limit) {
    std::uint64_t left = std::min<std::uint64_t>(limit, length_ - sent_);
    while (left > 0) {
      if (!find_piece()) return whole_ ? TurnEnd::cold : TurnEnd::failed;
      if (!has_piece()) return TurnEnd::failed;
      const std::uint64_t wanted = warm_part(std::min(left, piece_end_ - sent_));
      if (wanted == 0) return TurnEnd::cold;
      const ssize_t written = send_some(transport, static_cast<std::size_t>(wanted));
      if (written < 0 && errno == EINTR) continue;
      if (written < 0 && errno == EAGAIN) return TurnEnd::would_block;
      if (written <= 0) return TurnEnd::failed;
      sent_ += static_cast<std::uint64_t>(written);
      left -= static_cast<std::uint64_t>(written);
      // TLS takes a batch at a time, a plain socket all it has room for.
      const bool is_short = static_cast<std::uint64_t>(written) < wanted;
      if (is_short && !transport.is_secure()) return TurnEnd::would_block;
    }
    const SendResult flushed = transport.flush();
    if (flushed == SendResult::would_block) return TurnEnd::would_block;
    return flushed == SendResult::done ? TurnEnd::done : TurnEnd::failed;
  }

  // Opens what comes next and brings it into memory; waits for the disk. Nothing else may be called
  // meanwhile. How much was read, nothing when the file cannot be.
  std::optional<std::uint64_t> fetch_next() {
    if (!has_piece()) {
      auto piece = whole_->open(offset_ + sent_);
      if (!piece) return std::nullopt;
      take(std::move(*piece));
      if (!has_piece()) return std::nullopt;
      if (warm_part(next_bytes()) > 0) return 0;
    }
    const auto bytes = next_bytes();
    if (!fetch(piece_.file->descriptor(), file_offset(), bytes)) return std::nullopt;
    warm_until_ = sent_ + bytes;
    warm_second_ = coarse_second();
    return bytes;
  }

 private:
  bool has_piece() const { return sent_ < piece_end_; }
  // What comes next. False when it is not at hand; a piece may be shorter than promised.
  bool find_piece() {
    if (has_piece()) return true;
    auto piece = whole_ ? whole_->at_hand(offset_ + sent_) : std::nullopt;
    if (piece) take(std::move(*piece));
    return piece.has_value();
  }
  void take(http::PiecedFile::Piece piece) {
    piece_ = std::move(piece);
    std::uint64_t length = std::min(piece_.length, length_ - sent_);
    if (piece_.file) {
      const std::uint64_t size = piece_.file->size_bytes();
      length = std::min(length, size - std::min(size, piece_.offset));
    }
    piece_begin_ = sent_;
    piece_end_ = sent_ + length;
    warm_until_ = 0;
  }
  std::uint64_t next_bytes() const { return std::min(kFetchBytes, piece_end_ - sent_); }
  std::uint64_t file_offset() const { return piece_.offset + (sent_ - piece_begin_); }

  ssize_t send_some(Transport& transport, std::size_t length) {
    if (!piece_.file) return send_bytes(transport, piece_.bytes, sent_ - piece_begin_, length);
    const std::string* const memory = piece_.file->memory();
    if (memory != nullptr && transport.is_secure())
      return send_bytes(transport, *memory, file_offset(), length);
    return transport.send_file(piece_.file, file_offset(), length);
  }
  ssize_t send_bytes(Transport& transport, std::string_view bytes, std::uint64_t from,
                     std::size_t length) const {
    const std::string_view part = bytes.substr(static_cast<std::size_t>(from), length);
    const iovec piece{const_cast<char*>(part.data()), part.size()};
    return transport.send({&piece, 1}, sent_ + length < length_);
  }

  // How much of the next `wanted` bytes is known to be in memory; 0 if they are not. While a client
  // reads, memory may be needed for something else.
  std::uint64_t warm_part(std::uint64_t wanted) {
    if (!piece_.file || piece_.file->memory() != nullptr) return wanted;
    const auto second = coarse_second();
    if (warm_until_ <= sent_ || warm_second_ != second) {
      const auto warmth = recent_warmth_of(*piece_.file, file_offset(), wanted, second);
      if (warmth == Warmth::cold) return 0;
      is_unprobed_ = warmth == Warmth::unknown;
      warm_until_ = sent_ + wanted;
      warm_second_ = second;
    }
    return std::min(wanted, warm_until_ - sent_);
  }

  std::shared_ptr<const http::Permit> permit_;
  std::shared_ptr<const http::PiecedFile> whole_;  // Null: one piece is all.
  std::uint64_t offset_ = 0;
  std::uint64_t length_ = 0;
  std::uint64_t sent_ = 0;
  http::PiecedFile::Piece piece_;
  // Where the piece stands, and to where its bytes are in memory: counted as `sent_` is.
  std::uint64_t piece_begin_ = 0;
  std::uint64_t piece_end_ = 0;
  std::uint64_t warm_until_ = 0;
  std::int64_t warm_second_ = 0;
  bool is_unprobed_ = false;
};

}  // namespace weike::server
