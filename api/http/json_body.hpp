#pragma once

#include "api/http/message.hpp"
#include "model/error.hpp"
#include "model/id.hpp"
#include "model/time.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace weike::http {

// Lengths of a text in Unicode code points.
struct TextRule {
  std::size_t min_chars = 0;
  std::size_t max_chars = 1000;
  // Line feeds and tabs are allowed; other control characters never are.
  bool may_have_lines = false;
};

// Reads the fields of one JSON object and remembers which were asked for. The first thing that is
// wrong is kept as the error of the whole body; every reader then still returns a harmless value,
// so that a handler reads all its fields and checks once, by JsonBody::finish.
class JsonObject {
 public:
  bool has(std::string_view name) const;

  // Required fields: absent or null → missing_field. The value is empty or zero after an error.
  std::string text(std::string_view name, TextRule rule = {});
  std::int64_t integer(std::string_view name, std::int64_t min, std::int64_t max);
  bool boolean(std::string_view name);
  Timestamp time(std::string_view name);  // RFC 3339.
  template <class AnyId>
  AnyId id(std::string_view name) {
    return parse_id<AnyId>(name, text(name, {1, 64}));
  }
  // A word of a fixed set: `parse` gives an optional.
  template <class Parse>
  auto word(std::string_view name, Parse parse) {
    const auto value = parse(text(name, {1, 64}));
    if (!value) reject(name, "out_of_range");
    return value.value_or(typename decltype(value)::value_type{});
  }
  // The array's items, at most `max_items`; valid as long as the body.
  std::vector<JsonObject*> objects(std::string_view name, std::size_t max_items);
  // An array for the caller to look into, at most `max_items`; valid as long as the body.
  const nlohmann::json& array(std::string_view name, std::size_t max_items);

  // Optional fields: nothing if absent; null is a wrong type.
  std::optional<std::string> optional_text(std::string_view name, TextRule rule = {});
  std::optional<std::int64_t> optional_integer(std::string_view name, std::int64_t min,
                                               std::int64_t max);
  std::optional<bool> optional_boolean(std::string_view name);
  std::optional<std::vector<std::string>> optional_texts(std::string_view name,
                                                         std::size_t max_items, TextRule rule);
  template <class AnyId>
  std::optional<AnyId> optional_id(std::string_view name) {
    if (!has(name)) return std::nullopt;
    return id<AnyId>(name);
  }
  template <class Parse>
  auto optional_word(std::string_view name, Parse parse) -> decltype(parse(std::string_view{})) {
    if (!has(name)) return std::nullopt;
    return word(name, parse);
  }

  // A rule of the caller's own failed: `reason` is a word of the message table.
  void reject(std::string_view name, std::string_view reason);

 private:
  friend class JsonBody;
  struct State {
    std::optional<Error> error;
    std::deque<JsonObject> objects;  // All readers; the first is the body itself.
  };
  JsonObject(State& state, const nlohmann::json& json, std::string path)
      : state_(&state), json_(&json), path_(std::move(path)) {}

  const nlohmann::json* take(std::string_view name, bool is_required);
  std::string checked_text(std::string_view name, const nlohmann::json& value, TextRule rule);
  void refuse_unknown_fields();
  template <class AnyId>
  AnyId parse_id(std::string_view name, const std::string& text) {
    const auto id = AnyId::parse(text);
    if (!id) reject(name, "out_of_range");
    return id.value_or(AnyId{});
  }

  State* state_;
  const nlohmann::json* json_;
  std::string path_;  // "items[3]." for an object in an array.
  std::set<std::string, std::less<>> known_;
};

enum class EmptyBody { is_refused, is_empty_object };

// The JSON object in a request's body. Lives in one handler call; neither copied nor moved.
//
//   JsonBody body(request);
//   const auto title = body->text("title", {1, 80});
//   const auto summary = body->optional_text("summary", {0, 500});
//   if (auto done = body.finish(); !done) return problem(done.error(), request);
class JsonBody {
 public:
  explicit JsonBody(const Request& request, EmptyBody empty = EmptyBody::is_refused);
  JsonBody(const JsonBody&) = delete;
  JsonBody& operator=(const JsonBody&) = delete;

  JsonObject* operator->() { return &state_.objects.front(); }
  JsonObject& operator*() { return state_.objects.front(); }

  // Success if all was well and no field is left that nobody asked for. Otherwise what was wrong
  // first: `unsupported_type` (Content-Type), or `invalid_argument` with reason malformed_json,
  // missing_field, wrong_type, out_of_range, bad_text or unknown_field, and the field.
  Result<> finish();

 private:
  nlohmann::json json_;
  JsonObject::State state_;
};

}  // namespace weike::http
