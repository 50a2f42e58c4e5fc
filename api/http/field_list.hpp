#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

// What the grammars of many header fields share (RFC 9110 §5.6 and §12.4.2).
namespace weike::http {

// Without the spaces and tabs around it.
constexpr std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// Of names, methods and other tokens (§5.6.2).
constexpr bool is_token_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

// Calls `visit` with each element of a list, trimmed, the empty ones too (§5.6.1).
template <class Visit>
constexpr void for_each_element(std::string_view list, Visit visit) {
  while (true) {
    const std::size_t comma = list.find(',');
    visit(trimmed(list.substr(0, comma)));
    if (comma == std::string_view::npos) return;
    list.remove_prefix(comma + 1);
  }
}

// A weight such as "0.25", in thousandths; 0, the safe side, if it is none.
constexpr int weight_of(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return 0;
  if (text.size() > 1 && text[1] != '.') return 0;
  int weight = text[0] == '1' ? 1000 : 0;
  int unit = 100;
  for (const char c : text.substr(std::min<std::size_t>(text.size(), 2))) {
    if (c < '0' || c > '9') return 0;
    weight += unit * (c - '0');
    unit /= 10;
  }
  return weight <= 1000 ? weight : 0;
}

// A weight with its name, "q=0.25".
constexpr bool names_weight(std::string_view parameter) {
  return parameter.size() >= 2 && (parameter[0] == 'q' || parameter[0] == 'Q') &&
         parameter[1] == '=';
}

}  // namespace weike::http
