#include "server/net/chunk_decoder.hpp"

#include "api/http/field_list.hpp"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <string_view>

namespace weike::server {
namespace {

constexpr std::size_t kMaxSizeDigits = 15;  // Below 2^60: no overflow.
constexpr std::size_t kMaxExtensionBytes = 1024;
constexpr std::size_t kMaxTrailerBytes = 4096;

bool is_text(char c) {
  const auto value = static_cast<unsigned char>(c);
  return value == '\t' || (value >= 0x20 && value != 0x7F);
}

// Fields that frame, route, modify or authenticate a request, or say what its content is, must not
// come behind it (RFC 9110 §6.5.1): somebody before us may have merged them into the head.
constexpr std::array<std::string_view, 27> kForbiddenTrailers{
    "authorization",
    "cache-control",
    "connection",
    "content-encoding",
    "content-length",
    "content-range",
    "content-type",
    "cookie",
    "expect",
    "forwarded",
    "host",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "keep-alive",
    "max-forwards",
    "pragma",
    "proxy-authorization",
    "range",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "x-forwarded-for",
    "x-forwarded-proto",
};

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
    case State::size_space:
      // White space is tolerated before ';' alone (RFC 9112 §7.1.1).
      if (c == ';') state_ = State::extension;
      if (c != ' ' && c != '\t' && c != ';') state_ = State::bad;
      return count_extension();
    case State::extension:
      return advance_extension(c);
    case State::size_lf:
      return expect('\n', remaining_ == 0 ? State::trailer_start : State::data);
    case State::data_cr:
      return expect('\r', State::data_lf);
    case State::data_lf:
      return expect('\n', State::size_first);
    case State::trailer_start:
    case State::trailer_name:
    case State::trailer_value:
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
  } else if (c == ';' || c == ' ' || c == '\t') {
    state_ = c == ';' ? State::extension : State::size_space;
    count_extension();
  } else {
    state_ = State::bad;
  }
}

void ChunkDecoder::advance_extension(char c) {
  if (c == '\r') {
    state_ = State::size_lf;
  } else if (is_text(c)) {
    count_extension();
  } else {
    state_ = State::bad;
  }
}

// Over the whole body, so that many small chunks cannot carry many extensions.
void ChunkDecoder::count_extension() {
  if (++extension_bytes_ > kMaxExtensionBytes) state_ = State::bad;
}

void ChunkDecoder::advance_trailer(char c) {
  if (c == '\r') {
    const bool is_end = state_ == State::trailer_start;
    const bool is_line = state_ == State::trailer_value;
    state_ = is_end ? State::end_lf : (is_line ? State::trailer_lf : State::bad);
  } else if (!is_text(c) || ++trailer_bytes_ > kMaxTrailerBytes) {
    state_ = State::bad;
  } else if (state_ != State::trailer_value) {
    advance_trailer_name(c);
  }
}

void ChunkDecoder::advance_trailer_name(char c) {
  if (state_ == State::trailer_start) trailer_name_length_ = 0;
  if (c == ':') {
    const std::string_view name(trailer_name_.data(),
                                std::min(trailer_name_length_, trailer_name_.size()));
    const bool is_forbidden = trailer_name_length_ <= trailer_name_.size() &&
                              std::find(kForbiddenTrailers.begin(), kForbiddenTrailers.end(),
                                        name) != kForbiddenTrailers.end();
    state_ = name.empty() || is_forbidden ? State::bad : State::trailer_value;
    return;
  }
  state_ = http::is_token_character(c) ? State::trailer_name : State::bad;
  if (trailer_name_length_ < trailer_name_.size()) {
    trailer_name_[trailer_name_length_] =
        static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  ++trailer_name_length_;
}

}  // namespace weike::server
