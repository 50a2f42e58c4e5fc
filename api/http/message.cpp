#include "api/http/message.hpp"

#include "api/http/field_list.hpp"

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

// Of ";q=0.5" in thousandths; 1000 if there is none.
int weight_behind(std::string_view parameters) {
  if (!parameters.empty()) parameters.remove_prefix(1);
  parameters = trimmed(parameters);
  if (parameters.empty()) return 1000;
  return names_weight(parameters) ? weight_of(parameters.substr(2)) : 0;
}

constexpr std::string_view kContentRange = "Content-Range";

bool is_control(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F; }

using FieldView = std::pair<std::string_view, std::string_view>;

// Takes "\r\nName: value" off the front of what FixedFields made; nothing at the end.
std::optional<FieldView> next_field(std::string_view& text) {
  if (text.empty()) return std::nullopt;
  text.remove_prefix(2);
  const auto line = text.substr(0, text.find('\r'));
  text.remove_prefix(line.size());
  const auto colon = line.find(": ");
  return FieldView{line.substr(0, colon), line.substr(colon + 2)};
}

std::optional<std::string_view> find_field(std::string_view text, std::string_view name) {
  for (auto field = next_field(text); field; field = next_field(text)) {
    if (equal_ignoring_case(field->first, name)) return field->second;
  }
  return std::nullopt;
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

FixedFields& FixedFields::add(std::string_view name, std::string_view value) {
  text_ += "\r\n";
  for (const auto part : {name, std::string_view(": "), value}) {
    for (const char c : part) text_.push_back(is_control(c) ? ' ' : c);
  }
  return *this;
}

void Headers::set(std::string_view name, std::string value) {
  const bool is_shared = find_field(shared_text(), name).has_value();
  if (is_shared || equal_ignoring_case(name, kContentRange)) {
    own_ = fields();
    shared_ = nullptr;
    range_length_ = 0;
  }
  std::erase_if(own_, [&](const auto& field) { return equal_ignoring_case(field.first, name); });
  add(std::string(name), std::move(value));
}

void Headers::set_content_range(std::uint64_t offset, std::uint64_t length, std::uint64_t total) {
  char* at = range_.data();
  char* const end = at + range_.size();
  const auto append = [&](std::string_view text) { at = std::copy(text.begin(), text.end(), at); };
  append("bytes ");
  if (length == 0) {
    append("*");
  } else {
    at = std::to_chars(at, end, offset).ptr;
    append("-");
    at = std::to_chars(at, end, offset + length - 1).ptr;
  }
  append("/");
  at = std::to_chars(at, end, total).ptr;
  range_length_ = static_cast<std::uint8_t>(at - range_.data());
}

std::optional<std::string_view> Headers::get(std::string_view name) const {
  if (const auto shared = find_field(shared_text(), name)) return shared;
  if (range_length_ > 0 && equal_ignoring_case(name, kContentRange)) return content_range();
  for (const auto& [field, value] : own_) {
    if (equal_ignoring_case(field, name)) return value;
  }
  return std::nullopt;
}

std::vector<Headers::Field> Headers::fields() const {
  std::vector<Field> all;
  auto rest = shared_text();
  for (auto field = next_field(rest); field; field = next_field(rest)) {
    all.emplace_back(field->first, field->second);
  }
  if (range_length_ > 0) all.emplace_back(kContentRange, content_range());
  all.insert(all.end(), own_.begin(), own_.end());
  return all;
}

Language language_of(std::string_view accept_language) {
  int zh = 0;
  int en = 0;
  for_each_element(accept_language, [&](std::string_view item) {
    const auto semicolon = std::min(item.find(';'), item.size());
    const auto tag = trimmed(item.substr(0, semicolon));
    const int weight = weight_behind(item.substr(semicolon));
    if (is_language(tag, "zh")) zh = std::max(zh, weight);
    if (is_language(tag, "en")) en = std::max(en, weight);
  });
  return en > zh ? Language::en : Language::zh;
}

Method effective_method(Method sent, const Headers& headers) {
  if (sent != Method::post) return sent;
  const auto wanted = method_of(trimmed(headers.get("X-HTTP-Method-Override").value_or("")));
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
