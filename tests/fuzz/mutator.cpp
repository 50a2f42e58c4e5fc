#include "tests/fuzz/mutator.hpp"

#include <array>
#include <cstdlib>

namespace weike::fuzz {

namespace {

// What parsers stumble over: limits of numbers, separators, escapes, broken UTF-8.
constexpr std::array<std::string_view, 24> kTokens{"0",
                                                   "-1",
                                                   "18446744073709551615",
                                                   "18446744073709551616",
                                                   "9223372036854775808",
                                                   "1e308",
                                                   "-",
                                                   ",",
                                                   "=",
                                                   "\"",
                                                   "\\",
                                                   "%00",
                                                   "%2e%2e",
                                                   "%",
                                                   "..",
                                                   "/",
                                                   "\r\n",
                                                   "\n",
                                                   " ",
                                                   "{",
                                                   "[",
                                                   "\xff\xfe",
                                                   "\xed\xa0\x80",
                                                   "null"};

}  // namespace

Mutator::Mutator(std::vector<std::string> honest, unsigned seed)
    : honest_(std::move(honest)), random_(seed) {}

std::size_t Mutator::rounds() {
  const char* wanted = std::getenv("WEIKE_FUZZ_ROUNDS");
  return wanted == nullptr ? 20'000 : std::strtoul(wanted, nullptr, 10);
}

std::size_t Mutator::below(std::size_t limit) {
  return limit == 0 ? 0 : std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_);
}

std::string Mutator::next() {
  std::string text = honest_[below(honest_.size())];
  for (auto left = below(4) + 1; left > 0; --left) change(text);
  return text;
}

void Mutator::change(std::string& text) {
  const auto at = below(text.size() + 1);
  switch (below(7)) {
    case 0:
      text.insert(at, 1, static_cast<char>(below(256)));
      break;
    case 1:
      text.insert(at, kTokens[below(kTokens.size())]);
      break;
    case 2:
      text.erase(at, below(8) + 1);
      break;
    case 3:
      if (at < text.size()) text[at] = static_cast<char>(text[at] ^ (1 << below(8)));
      break;
    case 4:
      text.resize(at);
      break;
    case 5:
      text.insert(at, text.substr(below(text.size() + 1), below(32)));
      break;
    default:
      text += honest_[below(honest_.size())];
      break;
  }
}

}  // namespace weike::fuzz
