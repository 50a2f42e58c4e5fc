#include "model/json.hpp"

#include <array>

namespace weike {
namespace {

template <class Enum>
struct Word {
  Enum value;
  std::string_view name;
};

constexpr std::array kAssetStates = std::to_array<Word<AssetState>>({
    {AssetState::receiving, "receiving"},
    {AssetState::queued, "queued"},
    {AssetState::probing, "probing"},
    {AssetState::transcoding, "transcoding"},
    {AssetState::ready, "ready"},
    {AssetState::rejected, "rejected"},
    {AssetState::failed, "failed"},
});
constexpr std::array kVersionStates = std::to_array<Word<VersionState>>({
    {VersionState::draft, "draft"},
    {VersionState::in_review, "in_review"},
    {VersionState::approved, "approved"},
    {VersionState::live, "live"},
});
constexpr std::array kLessonKinds = std::to_array<Word<LessonKind>>({
    {LessonKind::micro_lesson, "micro_lesson"},
    {LessonKind::exemplary_member, "exemplary_member"},
    {LessonKind::model_worker, "model_worker"},
    {LessonKind::news, "news"},
});
constexpr std::array kAudiences = std::to_array<Word<Audience>>({
    {Audience::everyone, "public"},
    {Audience::members, "members"},
});
constexpr std::array kRoles = std::to_array<Word<Role>>({
    {Role::member, "member"},
    {Role::publisher, "publisher"},
    {Role::reviewer, "reviewer"},
    {Role::curator, "curator"},
    {Role::unit_manager, "unit_manager"},
    {Role::administrator, "administrator"},
});

template <class Words, class Enum>
std::string_view name_in(const Words& words, Enum value) {
  for (const auto& word : words) {
    if (word.value == value) return word.name;
  }
  return "unknown";
}

template <class Enum, class Words>
std::optional<Enum> value_in(const Words& words, std::string_view name) {
  for (const auto& word : words) {
    if (word.name == name) return word.value;
  }
  return std::nullopt;
}

// A stored word that this version does not know means a record from the future: refuse it loudly.
template <class Enum, class Words>
Enum stored_value(const Words& words, const nlohmann::json& json) {
  const auto value = value_in<Enum>(words, json.get_ref<const std::string&>());
  if (!value) throw nlohmann::json::type_error::create(302, "unknown word in a record", &json);
  return *value;
}

template <class T>
void read(const nlohmann::json& json, const char* key, T& value) {
  if (const auto found = json.find(key); found != json.end()) found->get_to(value);
}

Timestamp read_time(const nlohmann::json& json, const char* key) {
  return from_epoch_ms(json.value(key, std::int64_t{0}));
}

nlohmann::json content_json(const LessonContent& content) {
  return {{"title", content.title},
          {"summary", content.summary},
          {"kind", name_of(content.kind)},
          {"asset", content.asset},
          {"audience", name_of(content.audience)},
          {"channel", content.channel},
          {"tags", content.tags},
          {"person", content.person},
          {"teacher", content.teacher},
          {"captions", content.captions},
          {"chapters", content.chapters},
          {"cover", content.cover}};
}

LessonContent content_of(const nlohmann::json& json) {
  LessonContent content;
  read(json, "title", content.title);
  read(json, "summary", content.summary);
  content.kind = stored_value<LessonKind>(kLessonKinds, json.at("kind"));
  read(json, "asset", content.asset);
  content.audience = stored_value<Audience>(kAudiences, json.at("audience"));
  read(json, "channel", content.channel);
  read(json, "tags", content.tags);
  read(json, "person", content.person);
  read(json, "teacher", content.teacher);
  read(json, "captions", content.captions);
  read(json, "chapters", content.chapters);
  read(json, "cover", content.cover);
  return content;
}

nlohmann::json version_json(const LessonVersion& version) {
  return {{"number", version.number},
          {"state", name_of(version.state)},
          {"content", content_json(version.content)},
          {"return_reason", version.return_reason},
          {"manifest_sha256", version.manifest_sha256}};
}

LessonVersion version_of(const nlohmann::json& json) {
  LessonVersion version;
  read(json, "number", version.number);
  version.state = stored_value<VersionState>(kVersionStates, json.at("state"));
  version.content = content_of(json.at("content"));
  read(json, "return_reason", version.return_reason);
  read(json, "manifest_sha256", version.manifest_sha256);
  return version;
}

}  // namespace

std::string_view name_of(AssetState state) { return name_in(kAssetStates, state); }
std::string_view name_of(VersionState state) { return name_in(kVersionStates, state); }
std::string_view name_of(LessonKind kind) { return name_in(kLessonKinds, kind); }
std::string_view name_of(Audience audience) { return name_in(kAudiences, audience); }
std::string_view name_of(Role role) { return name_in(kRoles, role); }
std::optional<LessonKind> lesson_kind_of(std::string_view name) {
  return value_in<LessonKind>(kLessonKinds, name);
}
std::optional<Audience> audience_of(std::string_view name) {
  return value_in<Audience>(kAudiences, name);
}
std::optional<Role> role_of(std::string_view name) { return value_in<Role>(kRoles, name); }

void to_json(nlohmann::json& json, const RoleGrant& grant) {
  json = {{"role", name_of(grant.role)}, {"unit", grant.unit}};
}

void from_json(const nlohmann::json& json, RoleGrant& grant) {
  grant.role = stored_value<Role>(kRoles, json.at("role"));
  read(json, "unit", grant.unit);
}

void to_json(nlohmann::json& json, const Captions& captions) {
  json = {{"id", captions.id},
          {"language", captions.language},
          {"label", captions.label},
          {"cues", captions.cues}};
  if (!captions.of.empty()) json["of"] = captions.of;
}

void from_json(const nlohmann::json& json, Captions& captions) {
  captions = {};
  read(json, "id", captions.id);
  read(json, "language", captions.language);
  read(json, "label", captions.label);
  read(json, "cues", captions.cues);
  read(json, "of", captions.of);
}

void to_json(nlohmann::json& json, const Chapter& chapter) {
  json = {{"at_ms", chapter.at_ms}, {"title", chapter.title}};
}

void from_json(const nlohmann::json& json, Chapter& chapter) {
  chapter = {};
  read(json, "at_ms", chapter.at_ms);
  read(json, "title", chapter.title);
}

void to_json(nlohmann::json& json, const Asset& asset) {
  json = {{"version", 1},
          {"id", asset.id},
          {"owner", asset.owner},
          {"unit", asset.unit},
          {"state", name_of(asset.state)},
          {"stage", asset.stage},
          {"percent", asset.percent},
          {"is_playable", asset.is_playable},
          {"is_publishable", asset.is_publishable},
          {"attempts", asset.attempts},
          {"source_blob", asset.source_blob},
          {"source_sha256", asset.source_sha256},
          {"source_bytes", asset.source_bytes},
          {"file_name", asset.file_name},
          {"duration_ms", asset.duration_ms},
          {"width", asset.width},
          {"height", asset.height},
          {"has_audio", asset.has_audio},
          {"verdict", asset.verdict},
          {"placeholders", asset.placeholders},
          {"has_plan", asset.has_plan},
          {"epoch", asset.epoch},
          {"created_at", to_epoch_ms(asset.created_at)},
          {"updated_at", to_epoch_ms(asset.updated_at)}};
  if (asset.cause) json["cause"] = {{"code", asset.cause->code}, {"detail", asset.cause->detail}};
  if (asset.trim) json["trim"] = {{"in_ms", asset.trim->in_ms}, {"out_ms", asset.trim->out_ms}};
  if (!asset.captions.empty()) json["captions"] = asset.captions;
  auto& renditions = json["renditions"] = nlohmann::json::array();
  for (const auto& rendition : asset.renditions) {
    renditions.push_back({{"name", rendition.name},
                          {"done", rendition.done},
                          {"total", rendition.total},
                          {"size_bytes", rendition.size_bytes},
                          {"peak_bps", rendition.peak_bps},
                          {"average_bps", rendition.average_bps},
                          {"iframe_peak_bps", rendition.iframe_peak_bps},
                          {"iframe_average_bps", rendition.iframe_average_bps}});
  }
}

void from_json(const nlohmann::json& json, Asset& asset) {
  asset = Asset{};
  read(json, "id", asset.id);
  read(json, "owner", asset.owner);
  read(json, "unit", asset.unit);
  asset.state = stored_value<AssetState>(kAssetStates, json.at("state"));
  read(json, "stage", asset.stage);
  read(json, "percent", asset.percent);
  read(json, "is_playable", asset.is_playable);
  read(json, "is_publishable", asset.is_publishable);
  read(json, "attempts", asset.attempts);
  read(json, "source_blob", asset.source_blob);
  read(json, "source_sha256", asset.source_sha256);
  read(json, "source_bytes", asset.source_bytes);
  read(json, "file_name", asset.file_name);
  read(json, "duration_ms", asset.duration_ms);
  read(json, "width", asset.width);
  read(json, "height", asset.height);
  read(json, "has_audio", asset.has_audio);
  if (const auto verdict = json.find("verdict"); verdict != json.end()) asset.verdict = *verdict;
  read(json, "placeholders", asset.placeholders);
  read(json, "has_plan", asset.has_plan);
  read(json, "captions", asset.captions);
  read(json, "epoch", asset.epoch);
  asset.created_at = read_time(json, "created_at");
  asset.updated_at = read_time(json, "updated_at");
  if (const auto trim = json.find("trim"); trim != json.end()) {
    asset.trim =
        AssetTrim{trim->at("in_ms").get<std::int64_t>(), trim->at("out_ms").get<std::int64_t>()};
  }
  if (const auto cause = json.find("cause"); cause != json.end()) {
    asset.cause = AssetCause{cause->value("code", ""), cause->value("detail", "")};
  }
  for (const auto& item : json.value("renditions", nlohmann::json::array())) {
    RenditionProgress rendition;
    read(item, "name", rendition.name);
    read(item, "done", rendition.done);
    read(item, "total", rendition.total);
    read(item, "size_bytes", rendition.size_bytes);
    read(item, "peak_bps", rendition.peak_bps);
    read(item, "average_bps", rendition.average_bps);
    read(item, "iframe_peak_bps", rendition.iframe_peak_bps);
    read(item, "iframe_average_bps", rendition.iframe_average_bps);
    asset.renditions.push_back(std::move(rendition));
  }
}

void to_json(nlohmann::json& json, const Lesson& lesson) {
  json = {{"version", 1},
          {"id", lesson.id},
          {"owner", lesson.owner},
          {"unit", lesson.unit},
          {"working", version_json(lesson.working)},
          {"is_recalled", lesson.is_recalled},
          {"recall_reason", lesson.recall_reason},
          {"recalled_by", lesson.recalled_by},
          {"published_at", to_epoch_ms(lesson.published_at)},
          {"created_at", to_epoch_ms(lesson.created_at)},
          {"updated_at", to_epoch_ms(lesson.updated_at)},
          {"revision", lesson.revision}};
  if (lesson.live) json["live"] = version_json(*lesson.live);
}

void from_json(const nlohmann::json& json, Lesson& lesson) {
  lesson = Lesson{};
  read(json, "id", lesson.id);
  read(json, "owner", lesson.owner);
  read(json, "unit", lesson.unit);
  lesson.working = version_of(json.at("working"));
  if (const auto live = json.find("live"); live != json.end()) lesson.live = version_of(*live);
  read(json, "is_recalled", lesson.is_recalled);
  read(json, "recall_reason", lesson.recall_reason);
  read(json, "recalled_by", lesson.recalled_by);
  lesson.published_at = read_time(json, "published_at");
  lesson.created_at = read_time(json, "created_at");
  lesson.updated_at = read_time(json, "updated_at");
  read(json, "revision", lesson.revision);
}

void to_json(nlohmann::json& json, const WatchRanges& ranges) {
  json = nlohmann::json::array();
  for (const auto& range : ranges.ranges()) json.push_back({range.begin_ms, range.end_ms});
}

void from_json(const nlohmann::json& json, WatchRanges& ranges) {
  ranges = WatchRanges{};
  for (const auto& pair : json)
    ranges.add({pair.at(0).get<std::uint32_t>(), pair.at(1).get<std::uint32_t>()});
}

}  // namespace weike
