#include "api/http/base64.hpp"

#include <array>
#include <cstdint>

namespace weike::http {
namespace {

constexpr std::string_view kUrlAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kClassicAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string encode(std::string_view bytes, std::string_view alphabet) {
  std::string text;
  text.reserve((bytes.size() * 4 + 2) / 3);
  std::uint32_t buffer = 0;
  int bits = 0;
  for (const char byte : bytes) {
    buffer = buffer << 8 | static_cast<unsigned char>(byte);
    for (bits += 8; bits >= 6;) {
      bits -= 6;
      text.push_back(alphabet[buffer >> bits & 63]);
    }
  }
  if (bits > 0) text.push_back(alphabet[buffer << (6 - bits) & 63]);
  return text;
}

// The value of each character; -1 for those that the alphabet has not.
using Values = std::array<std::int16_t, 256>;

constexpr Values values_of(std::string_view alphabet) {
  Values values{};
  values.fill(-1);
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int16_t>(i);
  return values;
}

constexpr Values kUrlValues = values_of(kUrlAlphabet);
constexpr Values kClassicValues = values_of(kClassicAlphabet);

std::optional<std::size_t> decode(std::string_view text, const Values& values,
                                  std::span<char> into) {
  if (text.size() % 4 == 1 || text.size() * 3 / 4 > into.size()) return std::nullopt;
  std::size_t size = 0;
  std::uint32_t buffer = 0;
  int bits = 0;
  for (const char c : text) {
    const int value = values[static_cast<unsigned char>(c)];
    if (value < 0) return std::nullopt;
    buffer = buffer << 6 | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      into[size++] = static_cast<char>(buffer >> bits & 0xff);
    }
  }
  // Left-over bits that are not zero would give the same bytes a second spelling.
  if ((buffer & ((1U << bits) - 1)) != 0) return std::nullopt;
  return size;
}

std::optional<std::string> decode(std::string_view text, const Values& values) {
  std::string bytes(text.size() * 3 / 4, '\0');
  const auto size = decode(text, values, bytes);
  if (!size) return std::nullopt;
  bytes.resize(*size);
  return bytes;
}

}  // namespace

std::string to_base64url(std::string_view bytes) { return encode(bytes, kUrlAlphabet); }

std::optional<std::string> from_base64url(std::string_view text) {
  return decode(text, kUrlValues);
}

std::optional<std::size_t> from_base64url(std::string_view text, std::span<char> into) {
  return decode(text, kUrlValues, into);
}

std::string to_base64(std::string_view bytes) {
  auto text = encode(bytes, kClassicAlphabet);
  while (text.size() % 4 != 0) text.push_back('=');
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  return decode(text, kClassicValues);
}

}  // namespace weike::http
