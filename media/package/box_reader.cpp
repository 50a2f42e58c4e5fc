#include "media/package/box_reader.hpp"

namespace weike::media {
namespace {

constexpr std::size_t kShortHead = 8;
constexpr std::size_t kLongHead = 16;
constexpr std::uint32_t kHasLongSize = 1;

std::optional<BoxHead> only_head(std::span<const std::byte> boxes, std::string_view type) {
  std::optional<BoxHead> found;
  for (std::uint64_t at = 0; at < boxes.size();) {
    const auto head = read_box_head(boxes, at, boxes.size());
    if (!head) return std::nullopt;
    if (head->type == type) {
      if (found) return std::nullopt;
      found = head;
    }
    at = head->end;
  }
  return found;
}

}  // namespace

void ByteReader::skip(std::size_t count) {
  is_fine_ = is_fine_ && count <= left();
  if (is_fine_) at_ += count;
}

std::uint64_t ByteReader::number(std::size_t width) {
  is_fine_ = is_fine_ && width <= left();
  if (!is_fine_) return 0;
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < width; ++i)
    value = value << 8 | std::to_integer<std::uint64_t>(bytes_[at_++]);
  return value;
}

std::optional<BoxHead> read_box_head(std::span<const std::byte> bytes, std::uint64_t offset,
                                     std::uint64_t file_bytes) {
  if (offset > file_bytes || offset > bytes.size()) return std::nullopt;
  const auto rest = bytes.subspan(static_cast<std::size_t>(offset));
  ByteReader reader(rest);
  std::uint64_t size = reader.u32();
  reader.skip(4);
  std::size_t head_bytes = kShortHead;
  if (size == kHasLongSize) {
    size = reader.u64();
    head_bytes = kLongHead;
  }
  if (!reader.is_fine() || size < head_bytes || size > file_bytes - offset) return std::nullopt;
  const auto* characters = reinterpret_cast<const char*>(rest.data()) + 4;
  return BoxHead{std::string_view(characters, 4), offset, offset + head_bytes, offset + size};
}

std::optional<std::span<const std::byte>> find_body(std::span<const std::byte> boxes,
                                                    std::string_view type) {
  const auto head = only_head(boxes, type);
  if (!head) return std::nullopt;
  return boxes.subspan(static_cast<std::size_t>(head->body_offset),
                       static_cast<std::size_t>(head->end - head->body_offset));
}

std::optional<std::span<const std::byte>> find_box(std::span<const std::byte> boxes,
                                                   std::string_view type) {
  const auto head = only_head(boxes, type);
  if (!head) return std::nullopt;
  return boxes.subspan(static_cast<std::size_t>(head->offset),
                       static_cast<std::size_t>(head->end - head->offset));
}

}  // namespace weike::media
