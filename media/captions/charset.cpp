#include "media/captions/charset.hpp"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace weike::media {
namespace {

struct ConverterDeleter {
  void operator()(void* converter) const { iconv_close(converter); }
};
using ConverterPtr = std::unique_ptr<void, ConverterDeleter>;

ConverterPtr open_converter(const char* from) {
  const iconv_t converter = iconv_open("UTF-8", from);
  // iconv_open says -1 for what it can not do.
  const bool is_open = reinterpret_cast<std::intptr_t>(converter) != -1;
  return ConverterPtr(is_open ? converter : nullptr);
}

// Nothing if the bytes are not wholly of that encoding.
std::optional<std::string> converted(std::string_view bytes, const char* from) {
  const ConverterPtr converter = open_converter(from);
  if (!converter) return std::nullopt;
  std::string input(bytes);
  std::string result;
  char* in = input.data();
  std::size_t in_left = input.size();
  while (in_left > 0) {
    std::array<char, 4096> buffer;
    char* out = buffer.data();
    std::size_t out_left = buffer.size();
    const std::size_t done = iconv(converter.get(), &in, &in_left, &out, &out_left);
    const std::size_t made = buffer.size() - out_left;
    result.append(buffer.data(), made);
    // A failure that made room's worth of text was only a full buffer.
    if (done == static_cast<std::size_t>(-1) && made == 0) return std::nullopt;
  }
  return result;
}

// Unicode 15, table 3-7.
bool is_well_formed(std::string_view text) {
  const auto byte_at = [&](std::size_t i) -> unsigned {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
  };
  for (std::size_t i = 0; i < text.size();) {
    const unsigned lead = byte_at(i++);
    if (lead < 0x80) continue;
    if (lead < 0xc2 || lead > 0xf4) return false;
    const std::size_t more = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    // What would be overlong, a surrogate, or beyond the last character.
    const unsigned lowest = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    const unsigned highest = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (byte_at(i) < lowest || byte_at(i) > highest) return false;
    for (std::size_t k = 1; k < more; ++k)
      if (byte_at(i + k) >> 6 != 2) return false;
    i += more;
  }
  return true;
}

std::optional<std::string> decoded(std::string_view bytes) {
  constexpr std::pair<std::string_view, const char*> kMarks[] = {
      {"\xef\xbb\xbf", "UTF-8"}, {"\xff\xfe", "UTF-16LE"}, {"\xfe\xff", "UTF-16BE"}};
  for (const auto& [mark, encoding] : kMarks) {
    if (!bytes.starts_with(mark)) continue;
    bytes.remove_prefix(mark.size());
    if (encoding != std::string_view("UTF-8")) return converted(bytes, encoding);
    return is_well_formed(bytes) ? std::optional(std::string(bytes)) : std::nullopt;
  }
  if (is_well_formed(bytes)) return std::string(bytes);
  return converted(bytes, "GB18030");
}

// Ends of lines and of pages, tabs, and the mark that DOS ended files with.
bool may_stand_in_text(char each) {
  return static_cast<unsigned char>(each) >= 0x20 ||
         std::string_view("\t\n\r\f\x1a").find(each) != std::string_view::npos;
}

}  // namespace

Result<std::string> to_utf8(std::string_view bytes) {
  auto text = decoded(bytes);
  if (text && std::all_of(text->begin(), text->end(), may_stand_in_text)) return std::move(*text);
  return Error{ErrorCode::invalid_argument, "no text of a known encoding", "captions_encoding"};
}

}  // namespace weike::media
