#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace weike::server {

// Takes the chunked coding (RFC 9112 §7.1) off a request body, strictly: hex sizes without
// overflow, CRLF only, short extensions and trailers, no trailer field that could have changed how
// the head was read. Beast 1.81 lets a megabyte of either through. Extensions and trailers are
// checked and dropped.
class ChunkDecoder {
 public:
  struct Step {
    std::size_t consumed =
        0;  // Of the given bytes; fewer than all only behind the end or an error.
    std::size_t produced = 0;  // Body bytes, now at the front of the given memory.
  };

  // Decodes in place.
  Step decode(std::span<char> bytes);
  bool is_done() const { return state_ == State::done; }
  bool is_bad() const { return state_ == State::bad; }

 private:
  enum class State {
    size_first,
    size,
    size_space,
    extension,
    size_lf,
    data,
    data_cr,
    data_lf,
    trailer_start,
    trailer_name,
    trailer_value,
    trailer_lf,
    end_lf,
    done,
    bad,
  };

  void advance(char c);
  void advance_size(char c);
  void advance_extension(char c);
  void count_extension();
  void advance_trailer(char c);
  void advance_trailer_name(char c);

  State state_ = State::size_first;
  std::uint64_t remaining_ = 0;
  std::size_t size_digits_ = 0;
  std::size_t extension_bytes_ = 0;
  std::size_t trailer_bytes_ = 0;
  // In lower case; long enough for every name that is forbidden.
  std::array<char, 20> trailer_name_{};
  std::size_t trailer_name_length_ = 0;
};

}  // namespace weike::server
