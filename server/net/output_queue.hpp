#pragma once

#include "api/http/message.hpp"
#include "server/net/transport.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace weike::server {

// Bytes on their way to one client, in order: heads and short bodies in one string, shared bodies
// beside it. Sends as much as it can with one sendmsg. One thread.
class OutputQueue {
 public:
  // Append heads and copied bodies here, then call `end_text`.
  std::string& text() { return text_; }
  void end_text();
  void add(http::SharedBytes bytes);

  // So much needs no memory then.
  void reserve(std::size_t text_bytes, std::size_t pieces) {
    text_.reserve(text_bytes);
    pieces_.reserve(pieces);
  }

  bool is_empty() const { return first_ == pieces_.size(); }
  // Bytes that wait.
  std::uint64_t size_bytes() const;
  std::size_t piece_count() const { return pieces_.size() - first_; }

  // Sends until all is gone or the socket is full; `sent` grows by what went. May be called again
  // when all is gone: the transport may still hold some.
  SendResult send(Transport& transport, bool has_more, std::uint64_t& sent);

  // Forgets everything: the bytes of one client must never meet another. Keeps the memory, of text
  // no more than `kept_text_bytes`.
  void clear(std::size_t kept_text_bytes = std::size_t{128} * 1024);
  void swap(OutputQueue& other) noexcept {
    std::swap(text_, other.text_);
    std::swap(text_taken_, other.text_taken_);
    std::swap(pieces_, other.pieces_);
    std::swap(first_, other.first_);
  }

 private:
  struct Piece {
    http::SharedBytes shared;  // Null: a part of `text_`.
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  void advance(std::size_t bytes);

  std::string text_;
  std::size_t text_taken_ = 0;
  std::vector<Piece> pieces_;
  std::size_t first_ = 0;  // The first piece that is not sent yet.
};

}  // namespace weike::server
