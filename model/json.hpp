#pragma once

#include "model/asset.hpp"
#include "model/lesson.hpp"
#include "model/role.hpp"
#include "model/watch_ranges.hpp"

#include <nlohmann/json.hpp>

// How model types look in stored records. Enumerations are spelled as on the wire; ids are their
// text; times are milliseconds since 1970. Readers ignore unknown fields and default missing ones.
namespace weike {

// Each pair is a word of the wire protocol and of stored records: never rename one.
std::string_view name_of(AssetState state);
std::string_view name_of(VersionState state);
std::string_view name_of(LessonKind kind);
std::string_view name_of(Audience audience);
std::string_view name_of(Role role);
std::optional<LessonKind> lesson_kind_of(std::string_view name);
std::optional<Audience> audience_of(std::string_view name);
std::optional<Role> role_of(std::string_view name);

template <class Tag>
void to_json(nlohmann::json& json, const Id<Tag>& id) {
  json = id.text();
}
template <class Tag>
void from_json(const nlohmann::json& json, Id<Tag>& id) {
  const auto parsed = Id<Tag>::parse(json.get_ref<const std::string&>());
  if (!parsed) throw nlohmann::json::type_error::create(302, "not an id", &json);
  id = *parsed;
}

void to_json(nlohmann::json& json, const RoleGrant& grant);
void from_json(const nlohmann::json& json, RoleGrant& grant);
void to_json(nlohmann::json& json, const Captions& captions);
void from_json(const nlohmann::json& json, Captions& captions);
void to_json(nlohmann::json& json, const Chapter& chapter);
void from_json(const nlohmann::json& json, Chapter& chapter);
void to_json(nlohmann::json& json, const Asset& asset);
void from_json(const nlohmann::json& json, Asset& asset);
void to_json(nlohmann::json& json, const Lesson& lesson);
void from_json(const nlohmann::json& json, Lesson& lesson);
void to_json(nlohmann::json& json, const WatchRanges& ranges);
void from_json(const nlohmann::json& json, WatchRanges& ranges);

inline std::int64_t to_epoch_ms(Timestamp time) { return time.time_since_epoch().count(); }
inline Timestamp from_epoch_ms(std::int64_t ms) { return Timestamp{Milliseconds{ms}}; }

}  // namespace weike
