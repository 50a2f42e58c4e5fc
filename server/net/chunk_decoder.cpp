#include "server/net/chunk_decoder.hpp"

#include <algorithm>
#include <cstring>

namespace weike::server {
namespace {

constexpr std::size_t kMaxSizeDigits = 15;  // Below 2^60: no overflow.
constexpr std::size_t kMaxExtensionBytes = 1024;
constexpr std::size_t kMaxTrailerBytes = 4096;

bool is_text(char c) {
  const auto value = static_cast<unsigned char>(c);
  return value == '\t' || (value >= 0x20 && value != 0x7F);
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

ChunkDecoder::Step ChunkDecoder::decode(std::span<char> bytes) {
  Step step;
  while (step.consumed < bytes.size() && !is_done() && !is_bad()) {
    if (state_ != State::data) {
      advance(bytes[step.consumed++]);
      continue;
    }
    const auto length =
        static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, bytes.size() - step.consumed));
    std::memmove(bytes.data() + step.produced, bytes.data() + step.consumed, length);
    step.produced += length;
    step.consumed += length;
    remaining_ -= length;
    if (remaining_ == 0) state_ = State::data_cr;
  }
  return step;
}

void ChunkDecoder::advance(char c) {
  auto expect = [&](char wanted, State next) { state_ = c == wanted ? next : State::bad; };
  switch (state_) {
    case State::size_first:
      remaining_ = 0;
      size_digits_ = 0;
      state_ = hex_value(c) >= 0 ? State::size : State::bad;
      if (state_ == State::size) advance_size(c);
      return;
    case State::size:
      return advance_size(c);
    case State::extension:
      if (c == '\r') {
        state_ = State::size_lf;
      } else if (!is_text(c) || ++extension_bytes_ > kMaxExtensionBytes) {
        state_ = State::bad;
      }
      return;
    case State::size_lf:
      return expect('\n', remaining_ == 0 ? State::trailer_start : State::data);
    case State::data_cr:
      return expect('\r', State::data_lf);
    case State::data_lf:
      return expect('\n', State::size_first);
    case State::trailer_start:
    case State::trailer:
      return advance_trailer(c);
    case State::trailer_lf:
      return expect('\n', State::trailer_start);
    case State::end_lf:
      return expect('\n', State::done);
    case State::data:
    case State::done:
    case State::bad:
      return;
  }
}

void ChunkDecoder::advance_size(char c) {
  if (const int digit = hex_value(c); digit >= 0) {
    remaining_ = remaining_ * 16 + static_cast<std::uint64_t>(digit);
    if (++size_digits_ > kMaxSizeDigits) state_ = State::bad;
  } else if (c == '\r') {
    state_ = State::size_lf;
  } else if (c == ';') {
    // Over the whole body, so that many small chunks cannot carry many extensions.
    state_ = ++extension_bytes_ > kMaxExtensionBytes ? State::bad : State::extension;
  } else {
    state_ = State::bad;
  }
}

void ChunkDecoder::advance_trailer(char c) {
  const bool is_first = state_ == State::trailer_start;
  if (c == '\r') {
    state_ = is_first ? State::end_lf : State::trailer_lf;
  } else if (!is_text(c) || (is_first && (c == ' ' || c == '\t' || c == ':')) ||
             ++trailer_bytes_ > kMaxTrailerBytes) {
    state_ = State::bad;
  } else {
    state_ = State::trailer;
  }
}

}  // namespace weike::server
