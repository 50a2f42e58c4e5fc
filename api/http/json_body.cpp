#include "api/http/json_body.hpp"

#include <algorithm>

namespace weike::http {
namespace {

constexpr int kMaxDepth = 16;
const nlohmann::json kEmptyArray = nlohmann::json::array();
const nlohmann::json kEmptyObject = nlohmann::json::object();

bool is_json_type(std::string_view content_type) {
  auto type = content_type.substr(0, content_type.find(';'));
  while (type.ends_with(' ')) type.remove_suffix(1);
  return equal_ignoring_case(type, "application/json");
}

// Counts brackets outside of strings before the parser builds anything.
bool is_too_deep(std::string_view text) {
  int depth = 0;
  bool is_in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (is_in_string) {
      if (c == '\\') ++i;
      if (c == '"') is_in_string = false;
      continue;
    }
    if (c == '"') is_in_string = true;
    if ((c == '{' || c == '[') && ++depth > kMaxDepth) return true;
    if (c == '}' || c == ']') --depth;
  }
  return false;
}

std::size_t count_code_points(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

bool has_forbidden_controls(std::string_view text, bool may_have_lines) {
  return std::any_of(text.begin(), text.end(), [&](char c) {
    if (may_have_lines && (c == '\n' || c == '\t' || c == '\r')) return false;
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
}

}  // namespace

JsonBody::JsonBody(const Request& request, EmptyBody empty) : json_(kEmptyObject) {
  const bool is_absent = request.body.empty() && empty == EmptyBody::is_empty_object;
  if (!is_absent && !is_json_type(request.headers.get("Content-Type").value_or(""))) {
    state_.error = Error{ErrorCode::unsupported_type, "not application/json", "json_expected"};
  } else if (!is_absent) {
    auto parsed = is_too_deep(request.body) ? nlohmann::json(nlohmann::json::value_t::discarded)
                                            : nlohmann::json::parse(request.body, nullptr, false);
    if (parsed.is_object()) {
      json_ = std::move(parsed);
    } else {
      state_.error = Error{ErrorCode::invalid_argument, "body is no JSON object", "malformed_json"};
    }
  }
  state_.objects.push_back(JsonObject(state_, json_, ""));
}

Result<> JsonBody::finish() {
  for (auto& object : state_.objects) object.refuse_unknown_fields();
  if (state_.error) return *state_.error;
  return {};
}

void JsonObject::reject(std::string_view name, std::string_view reason) {
  if (state_->error) return;
  auto field = path_ + std::string(name);
  state_->error = Error{ErrorCode::invalid_argument, "field " + field, std::string(reason), field};
}

bool JsonObject::has(std::string_view name) const { return json_->contains(name); }

const nlohmann::json* JsonObject::take(std::string_view name, bool is_required) {
  known_.emplace(name);
  const auto found = json_->find(name);
  if (found != json_->end() && !(is_required && found->is_null())) return &*found;
  if (is_required) reject(name, "missing_field");
  return nullptr;
}

void JsonObject::refuse_unknown_fields() {
  for (const auto& [name, value] : json_->items()) {
    if (!known_.contains(name)) return reject(name.substr(0, 64), "unknown_field");
  }
}

std::string JsonObject::checked_text(std::string_view name, const nlohmann::json& value,
                                     TextRule rule) {
  if (!value.is_string()) {
    reject(name, "wrong_type");
    return {};
  }
  const auto& text = value.get_ref<const std::string&>();
  const auto chars = count_code_points(text);
  if (chars < rule.min_chars || chars > rule.max_chars) {
    reject(name, "out_of_range");
    return {};
  }
  if (has_forbidden_controls(text, rule.may_have_lines)) {
    reject(name, "bad_text");
    return {};
  }
  return text;
}

std::string JsonObject::text(std::string_view name, TextRule rule) {
  const auto* value = take(name, true);
  return value == nullptr ? std::string{} : checked_text(name, *value, rule);
}

std::optional<std::string> JsonObject::optional_text(std::string_view name, TextRule rule) {
  const auto* value = take(name, false);
  if (value == nullptr) return std::nullopt;
  return checked_text(name, *value, rule);
}

std::optional<std::int64_t> JsonObject::optional_integer(std::string_view name, std::int64_t min,
                                                         std::int64_t max) {
  const auto* value = take(name, false);
  if (value == nullptr) return std::nullopt;
  if (!value->is_number_integer()) {
    reject(name, "wrong_type");
    return min;
  }
  // Unsigned numbers above the signed range would wrap.
  const bool is_huge = value->is_number_unsigned() &&
                       value->get<std::uint64_t>() >
                           static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const auto number = is_huge ? max : value->get<std::int64_t>();
  if (is_huge || number < min || number > max) {
    reject(name, "out_of_range");
    return min;
  }
  return number;
}

std::int64_t JsonObject::integer(std::string_view name, std::int64_t min, std::int64_t max) {
  if (take(name, true) == nullptr) return min;
  return optional_integer(name, min, max).value_or(min);
}

std::optional<bool> JsonObject::optional_boolean(std::string_view name) {
  const auto* value = take(name, false);
  if (value == nullptr) return std::nullopt;
  if (value->is_boolean()) return value->get<bool>();
  reject(name, "wrong_type");
  return false;
}

bool JsonObject::boolean(std::string_view name) {
  if (take(name, true) == nullptr) return false;
  return optional_boolean(name).value_or(false);
}

Timestamp JsonObject::time(std::string_view name) {
  const auto written = text(name, {1, 64});
  const auto time = from_rfc3339(written);
  if (!time) reject(name, "out_of_range");
  return time.value_or(Timestamp{});
}

const nlohmann::json& JsonObject::array(std::string_view name, std::size_t max_items) {
  const auto* value = take(name, true);
  if (value == nullptr) return kEmptyArray;
  if (!value->is_array()) {
    reject(name, "wrong_type");
    return kEmptyArray;
  }
  if (value->size() > max_items) {
    reject(name, "out_of_range");
    return kEmptyArray;
  }
  return *value;
}

std::vector<JsonObject*> JsonObject::objects(std::string_view name, std::size_t max_items) {
  std::vector<JsonObject*> readers;
  const auto& items = array(name, max_items);
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto place = std::string(name) + '[' + std::to_string(i) + ']';
    if (!items[i].is_object()) reject(place, "wrong_type");
    const auto& object = items[i].is_object() ? items[i] : kEmptyObject;
    state_->objects.push_back(JsonObject(*state_, object, path_ + place + '.'));
    readers.push_back(&state_->objects.back());
  }
  return readers;
}

std::optional<std::vector<std::string>> JsonObject::optional_texts(std::string_view name,
                                                                   std::size_t max_items,
                                                                   TextRule rule) {
  if (!has(name)) return std::nullopt;
  std::vector<std::string> texts;
  const auto& items = array(name, max_items);
  texts.reserve(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    texts.push_back(
        checked_text(std::string(name) + '[' + std::to_string(i) + ']', items[i], rule));
  }
  return texts;
}

}  // namespace weike::http
