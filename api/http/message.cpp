#include "api/http/message.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace weike::http {
namespace {

constexpr std::array kMethods = std::to_array<std::pair<Method, std::string_view>>({
    {Method::get, "GET"},
    {Method::head, "HEAD"},
    {Method::post, "POST"},
    {Method::put, "PUT"},
    {Method::patch, "PATCH"},
    {Method::del, "DELETE"},
    {Method::options, "OPTIONS"},
});

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// The weight behind ";q=" in thousandths; 1000 if there is none, 0 if it is malformed.
int weight_of(std::string_view parameters) {
  parameters = trim(parameters);
  if (parameters.empty()) return 1000;
  if (parameters.size() < 3 || lower(parameters[0]) != 'q' || parameters[1] != '=') return 0;
  double weight = 0;
  const auto* const end = parameters.data() + parameters.size();
  const auto [stop, error] = std::from_chars(parameters.data() + 2, end, weight);
  if (error != std::errc{} || stop != end || !(weight >= 0 && weight <= 1)) return 0;
  return static_cast<int>(weight * 1000);
}

bool is_language(std::string_view tag, std::string_view primary) {
  return equal_ignoring_case(tag.substr(0, tag.find('-')), primary);
}

}  // namespace

std::string_view name_of(Method method) {
  for (const auto& [value, name] : kMethods) {
    if (value == method) return name;
  }
  return "OTHER";
}

Method method_of(std::string_view name) {
  for (const auto& [value, known] : kMethods) {
    if (known == name) return value;
  }
  return Method::other;
}

bool equal_ignoring_case(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

void Headers::set(std::string_view name, std::string value) {
  std::erase_if(fields_, [&](const auto& field) { return equal_ignoring_case(field.first, name); });
  add(std::string(name), std::move(value));
}

std::optional<std::string_view> Headers::get(std::string_view name) const {
  for (const auto& [field, value] : fields_) {
    if (equal_ignoring_case(field, name)) return value;
  }
  return std::nullopt;
}

Language language_of(std::string_view accept_language) {
  int zh = 0;
  int en = 0;
  while (!accept_language.empty()) {
    const auto comma = accept_language.find(',');
    const auto item = accept_language.substr(0, comma);
    accept_language.remove_prefix(comma == std::string_view::npos ? accept_language.size()
                                                                  : comma + 1);
    const auto semicolon = item.find(';');
    const auto tag = trim(item.substr(0, semicolon));
    const int weight =
        semicolon == std::string_view::npos ? 1000 : weight_of(item.substr(semicolon + 1));
    if (is_language(tag, "zh")) zh = std::max(zh, weight);
    if (is_language(tag, "en")) en = std::max(en, weight);
  }
  return en > zh ? Language::en : Language::zh;
}

Method effective_method(Method sent, const Headers& headers) {
  if (sent != Method::post) return sent;
  const auto wanted = method_of(trim(headers.get("X-HTTP-Method-Override").value_or("")));
  switch (wanted) {
    case Method::patch:
    case Method::put:
    case Method::del:
      return wanted;
    default:
      return sent;
  }
}

std::optional<std::string_view> Request::query_value(std::string_view name) const {
  for (const auto& [key, value] : query) {
    if (key == name) return value;
  }
  return std::nullopt;
}

Language Request::language() const {
  return language_of(headers.get("Accept-Language").value_or(""));
}

}  // namespace weike::http
