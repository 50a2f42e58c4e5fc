#include "media/sandbox/sheet.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace weike::media {
namespace {

constexpr int kMaxDepth = 4;
constexpr std::size_t kMaxEntries = 64;
constexpr std::size_t kMaxWord = 40;

bool is_word(std::string_view text) {
  return text.size() <= kMaxWord && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
         });
}

bool is_plain(const nlohmann::json& value, int depth) {
  if (value.is_string()) return is_word(value.get_ref<const std::string&>());
  if (value.is_number_float()) return std::isfinite(value.get<double>());
  if (!value.is_structured()) return true;
  if (depth == 0 || value.size() > kMaxEntries) return false;
  for (const auto& [key, item] : value.items()) {
    if (!is_word(key) || !is_plain(item, depth - 1)) return false;
  }
  return true;
}

}  // namespace

bool is_sheet(const nlohmann::json& sheet) {
  return sheet.is_object() && is_plain(sheet, kMaxDepth);
}

}  // namespace weike::media
