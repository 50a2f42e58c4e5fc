#include "api/uploads/index_in_front.hpp"

namespace weike::uploads {
namespace {

std::uint64_t number_at(std::string_view bytes, std::size_t at, std::size_t length) {
  std::uint64_t number = 0;
  for (const char byte : bytes.substr(at, length)) {
    number = number << 8 | static_cast<unsigned char>(byte);
  }
  return number;
}

}  // namespace

bool is_index_in_front(std::string_view head, std::uint64_t received_bytes) {
  std::uint64_t at = 0;
  // ISO/IEC 14496-12 §4.2: size, type and, if the size is 1, a size of 64 bits.
  while (at + 16 <= head.size()) {
    const auto begin = static_cast<std::size_t>(at);
    const auto type = head.substr(begin + 4, 4);
    auto size = number_at(head, begin, 4);
    if (size == 1) size = number_at(head, begin + 8, 8);
    const bool is_whole = size >= 8 && size <= received_bytes && at <= received_bytes - size;
    if (type == "mdat" || type == "moof" || !is_whole) return false;
    if (type == "moov") return true;
    at += size;
  }
  return false;
}

}  // namespace weike::uploads
