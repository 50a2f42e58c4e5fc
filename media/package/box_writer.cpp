#include "media/package/box_writer.hpp"

namespace weike::media {

BoxWriter::Box::Box(BoxWriter& writer, std::string_view type)
    : writer_(writer), start_(writer.size()) {
  writer_.u32(0);
  writer_.text(type);
}

BoxWriter::Box::Box(BoxWriter& writer, std::string_view type, std::uint8_t version,
                    std::uint32_t flags)
    : Box(writer, type) {
  writer_.u8(version);
  writer_.u24(flags);
}

BoxWriter::Box::~Box() { writer_.patch_u32(start_, writer_.size() - start_); }

void BoxWriter::text(std::string_view characters) {
  for (const char each : characters) buffer_.push_back(static_cast<std::byte>(each));
}

void BoxWriter::bytes(std::span<const std::byte> data) {
  buffer_.insert(buffer_.end(), data.begin(), data.end());
}

void BoxWriter::patch_u32(std::size_t offset, std::uint64_t value) {
  for (std::size_t i = 0; i < 4; ++i)
    buffer_[offset + i] = static_cast<std::byte>(value >> (24 - 8 * i));
}

void BoxWriter::number(std::uint64_t value, int width) {
  for (int shift = 8 * (width - 1); shift >= 0; shift -= 8)
    buffer_.push_back(static_cast<std::byte>(value >> shift));
}

}  // namespace weike::media
