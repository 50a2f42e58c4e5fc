#include "server/net/output_queue.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

namespace weike::server {
namespace {

constexpr std::size_t kMaxVectors = 64;

}  // namespace

void OutputQueue::end_text() {
  if (text_.size() == text_taken_) return;
  pieces_.push_back({nullptr, text_taken_, text_.size()});
  text_taken_ = text_.size();
}

void OutputQueue::add(http::SharedBytes bytes) {
  if (!bytes || bytes->empty()) return;
  const std::size_t size = bytes->size();
  pieces_.push_back({std::move(bytes), 0, size});
}

std::uint64_t OutputQueue::size_bytes() const {
  std::uint64_t size = 0;
  for (std::size_t i = first_; i < pieces_.size(); ++i) size += pieces_[i].end - pieces_[i].begin;
  return size;
}

SendResult OutputQueue::send(Transport& transport, bool has_more, std::uint64_t& sent) {
  std::array<iovec, kMaxVectors> vectors;
  while (!is_empty()) {
    const std::size_t count = std::min(kMaxVectors, pieces_.size() - first_);
    for (std::size_t i = 0; i < count; ++i) {
      const Piece& piece = pieces_[first_ + i];
      const std::string& bytes = piece.shared ? *piece.shared : text_;
      // Nobody writes through this pointer; iovec has no const form.
      vectors[i].iov_base = const_cast<char*>(bytes.data()) + piece.begin;
      vectors[i].iov_len = piece.end - piece.begin;
    }
    const bool is_last = first_ + count == pieces_.size();
    const ssize_t written = transport.send({vectors.data(), count}, has_more || !is_last);
    if (written < 0) {
      if (errno == EINTR) continue;
      return errno == EAGAIN ? SendResult::would_block : SendResult::failed;
    }
    sent += static_cast<std::uint64_t>(written);
    advance(static_cast<std::size_t>(written));
  }
  return has_more ? SendResult::done : transport.flush();
}

void OutputQueue::advance(std::size_t bytes) {
  while (bytes > 0) {
    Piece& piece = pieces_[first_];
    const std::size_t taken = std::min(bytes, piece.end - piece.begin);
    piece.begin += taken;
    bytes -= taken;
    if (piece.begin == piece.end) {
      piece.shared.reset();
      ++first_;
    }
  }
}

void OutputQueue::clear(std::size_t kept_text_bytes) {
  pieces_.clear();
  first_ = 0;
  text_.clear();
  text_taken_ = 0;
  if (text_.capacity() > kept_text_bytes) text_.shrink_to_fit();
}

}  // namespace weike::server
