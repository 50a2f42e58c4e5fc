#include "api/accounts/credential_rules.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace weike::accounts {
namespace {

constexpr std::size_t kMinNameChars = 3;
constexpr std::size_t kMaxNameChars = 64;
constexpr std::size_t kMinPasswordChars = 8;
constexpr std::size_t kMaxPasswordBytes = 1024;

// What guessing programs try first among passwords of eight characters and more.
constexpr std::array<std::string_view, 48> kCommonPasswords = {
    "password",   "password1",  "password123", "passw0rd",   "p@ssw0rd",   "12345678",
    "123456789",  "1234567890", "0123456789",  "87654321",   "987654321",  "9876543210",
    "11111111",   "00000000",   "88888888",    "66666666",   "12341234",   "11223344",
    "1q2w3e4r",   "1q2w3e4r5t", "1qaz2wsx",    "qazwsxedc",  "qwertyuiop", "qwertyui",
    "qwerty123",  "qwerty12",   "asdfghjkl",   "asdfasdf",   "zxcvbnm123", "abcd1234",
    "abc12345",   "abc123456",  "a1234567",    "a12345678",  "a123456789", "aa123456",
    "aa12345678", "admin123",   "admin1234",   "admin12345", "adminadmin", "administrator",
    "woaini520",  "woaini1314", "5201314520",  "iloveyou",   "sunshine",   "letmein123",
};

// The next code point of well-formed UTF-8, cut off the front; nothing if it is malformed.
std::optional<char32_t> next_code_point(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if ((first >= 0x80 && first < 0xc2) || first > 0xf4 || text.size() < length) return std::nullopt;
  char32_t code = length == 1 ? first : first & (0x7fU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xc0) != 0x80) return std::nullopt;
    code = code << 6 | (byte & 0x3fU);
  }
  static constexpr std::array<char32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};
  if (code < kSmallest[length] || code > 0x10ffff) return std::nullopt;
  text.remove_prefix(length);
  return code;
}

bool is_name_character(char32_t c) {
  const bool is_ascii = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                        (c >= 'A' && c <= 'Z') || c == '.' || c == '_' || c == '-';
  const bool is_ideograph = (c >= 0x3400 && c <= 0x4dbf) || (c >= 0x4e00 && c <= 0x9fff) ||
                            (c >= 0x20000 && c <= 0x323af);
  return is_ascii || is_ideograph;
}

Error refusal(std::string_view field, std::string_view reason) {
  return Error{ErrorCode::invalid_argument, std::string(reason), std::string(reason),
               std::string(field)};
}

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

}  // namespace

Result<> check_account_name(std::string_view name) {
  std::size_t characters = 0;
  for (auto rest = name; !rest.empty(); ++characters) {
    const auto c = next_code_point(rest);
    if (!c || !is_name_character(*c)) return refusal("account", "bad_account_name");
  }
  if (characters < kMinNameChars || characters > kMaxNameChars) {
    return refusal("account", "bad_account_name");
  }
  return {};
}

std::string lookup_name(std::string_view name) {
  std::string lower(name);
  for (auto& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return lower;
}

Result<> check_password(std::string_view password, std::string_view account_name) {
  if (password.size() > kMaxPasswordBytes) return refusal("password", "password_too_long");
  if (count_characters(password) < kMinPasswordChars) {
    return refusal("password", "password_too_short");
  }
  const auto lower = lookup_name(password);
  const bool is_one_character = lower.find_first_not_of(lower.front()) == std::string::npos;
  const bool is_listed =
      std::find(kCommonPasswords.begin(), kCommonPasswords.end(), lower) != kCommonPasswords.end();
  if (is_one_character || is_listed || lower == lookup_name(account_name)) {
    return refusal("password", "password_too_common");
  }
  return {};
}

}  // namespace weike::accounts
