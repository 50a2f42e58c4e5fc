#include "tests/api/lessons/lesson_world.hpp"

#include "api/http/url.hpp"
#include "model/json.hpp"
#include "storage/records/keys.hpp"
#include "storage/records/record.hpp"

#include <unistd.h>

#include <algorithm>
#include <span>

namespace weike {
namespace {

constexpr std::string_view kPassword = "long enough 1";

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

std::uint32_t segments_made(VideoState state, std::string_view rendition) {
  if (state == VideoState::queued) return 0;
  if (state == VideoState::playable) return rendition == "v720" ? 0 : 1;
  if (state == VideoState::publishable) return rendition == "v720" ? 1 : 3;
  return 3;
}

}  // namespace

LessonWorld::LessonWorld() {
  captions::add_routes(router, captions);
  lessons::add_routes(router, lessons, presenter, "cursor key");
  review::add_routes(router, review, presenter);
  playback::add_routes(router, playback, delivery);
  feed::add_routes(router, feed,
                   [this](const http::RequestHead& head) { return sessions.try_signed_in(head); });
  learning::add_routes(router, learning, "cursor key");
  author = make_person("author", {Role::publisher});
  reviewer = make_person("reviewer", {Role::reviewer});
  curator = make_person("curator", {Role::curator});
  member = make_person("member", {Role::member});
  administrator = make_person("administrator", {Role::administrator});
}

Person LessonWorld::make_person(const std::string& name, std::vector<Role> roles) {
  std::vector<RoleGrant> grants;
  for (const auto role : roles) grants.push_back({role, kRootUnit});
  const auto account = accounts.create({name, name, std::string(kPassword), grants}).value();
  const auto session = sessions.log_in(name, kPassword, "192.0.2.1").value();
  return {account.id, name, session.token, {account.id, account.grants}};
}

media::Plan LessonWorld::sample_plan() {
  media::Plan plan;
  plan.source_sha256 = std::string(64, 'a');
  plan.audio_stream = 1;
  plan.frame_rate = {30, 1};
  plan.frame_count = 180;
  plan.source_width = 1280;
  plan.source_height = 720;
  plan.video = {{"v720", 1280, 720, 23, 1200}, {"v360", 640, 360, 23, 700}};
  plan.audio = {{"a64", 64, 2}};
  for (std::uint32_t i = 0; i < 3; ++i) plan.segments.push_back({i, i * 60, 60, i * 94, 94});
  return plan;
}

AssetId LessonWorld::make_asset(const Person& owner, VideoState state) {
  Asset asset;
  asset.id = AssetId::make_random();
  asset.owner = owner.id;
  asset.source_blob = "uploads/" + asset.id.text();
  asset.source_sha256 = std::string(64, 'a');
  asset.source_bytes = 1000;
  asset.file_name = "video.mp4";
  asset.created_at = asset.updated_at = clock.now();
  auto done = store.transact([&](storage::Transaction& transaction) {
    return storage::save(transaction, storage::keys::asset(asset.id), asset);
  });
  EXPECT_TRUE(done);
  set_video_state(asset.id, state);
  return asset.id;
}

void LessonWorld::set_video_state(AssetId id, VideoState state) {
  const auto plan = sample_plan();
  std::vector<RenditionProgress> renditions;
  for (const std::string name : {"v720", "v360", "a64"}) {
    RenditionProgress progress{name, segments_made(state, name), 3, 0};
    for (std::uint32_t i = 0; i < progress.done; ++i) {
      const std::string bytes = name + " segment " + std::to_string(i);
      const auto file = name + "/" + std::to_string(i) + ".m4s";
      EXPECT_TRUE(blobs.put(assets::blob_name(id, file), bytes_of(bytes)));
      progress.size_bytes += bytes.size();
    }
    if (state != VideoState::queued) {
      EXPECT_TRUE(blobs.put(assets::blob_name(id, name + "/init.mp4"), bytes_of("init")));
    }
    if (state == VideoState::ready) {
      progress.peak_bps = 900'000;
      progress.average_bps = 600'000;
    }
    renditions.push_back(progress);
  }
  if (state != VideoState::queued) {
    const auto text = nlohmann::json(plan).dump();
    EXPECT_TRUE(blobs.put(assets::blob_name(id, "plan.json"), bytes_of(text)));
  }
  if (state == VideoState::ready) {
    EXPECT_TRUE(blobs.put(assets::blob_name(id, "poster.jpg"), bytes_of("poster")));
    EXPECT_TRUE(blobs.put(assets::blob_name(id, "poster_small.jpg"), bytes_of("small")));
  }
  auto done = store.transact([&](storage::Transaction& transaction) -> Result<> {
    auto asset = assets.find(transaction, id).value();
    asset.state = state == VideoState::queued  ? AssetState::queued
                  : state == VideoState::ready ? AssetState::ready
                                               : AssetState::transcoding;
    asset.is_playable = state != VideoState::queued;
    asset.is_publishable = state == VideoState::publishable || state == VideoState::ready;
    asset.has_plan = state != VideoState::queued;
    asset.duration_ms = asset.has_plan ? 6000 : 0;
    asset.width = 1280;
    asset.height = 720;
    asset.has_audio = true;
    asset.renditions = renditions;
    return assets.save(transaction, asset);
  });
  EXPECT_TRUE(done);
}

http::Response LessonWorld::call(http::Method method, const std::string& target,
                                 const Person* person, const nlohmann::json& body,
                                 const HeaderList& headers) {
  http::Request request;
  request.method = method;
  request.target = target;
  if (!http::read_target(request)) {
    http::Response refused;
    refused.status = 400;
    return refused;
  }
  for (const auto& [name, value] : headers) request.headers.add(name, value);
  if (person) request.headers.add("Authorization", "Bearer " + person->token);
  if (!body.is_null()) {
    request.headers.add("Content-Type", "application/json");
    request.body = body.is_string() ? body.get<std::string>() : body.dump();
  }
  auto match = router.find(method, request.path);
  if (!match.route) {
    http::Response missing;
    missing.status = match.allowed.empty() ? 404 : 405;
    return missing;
  }
  for (auto& [name, value] : match.parameters) request.parameters.emplace(name, value);
  if (auto refused = session_gate.admit(*match.route, request)) return std::move(*refused);
  return match.route->handler(request);
}

std::optional<http::Response> LessonWorld::get_hot(const std::string& target, const Person* person,
                                                   const HeaderList& headers) {
  const std::string_view whole = target;
  const auto question = std::min(whole.find('?'), whole.size());
  http::RequestHead head;
  head.target = whole;
  head.path = whole.substr(0, question);
  head.query = whole.substr(std::min(question + 1, whole.size()));
  const auto authorization = person ? "Bearer " + person->token : std::string{};
  head.authorization = authorization;
  for (const auto& [name, value] : headers) {
    if (name == "If-Match") head.if_match = value;
    if (name == "If-None-Match") head.if_none_match = value;
    if (name == "If-Range") head.if_range = value;
    if (name == "Range") head.range = value;
    if (name == "Accept-Language") head.accept_language = value;
    if (name == "Accept-Encoding") head.accept_encoding = value;
  }
  const auto* hot = router.find_hot(http::Method::get, head.path);
  if (!hot || !*hot) return std::nullopt;
  return (*hot)(head);
}

nlohmann::json LessonWorld::lesson_body(AssetId asset, const std::string& title) {
  return {{"title", title}, {"kind", "micro_lesson"}, {"asset_id", asset.text()}};
}

std::string LessonWorld::create_lesson(const Person& owner, const nlohmann::json& body) {
  const auto response = post("/api/v1/lessons", &owner, body);
  EXPECT_EQ(response.status, 201) << text_of(response);
  return json_of(response).value("id", "");
}

void LessonWorld::bring_live(const std::string& id) {
  const auto lesson = "/api/v1/lessons/" + id;
  for (const auto& [action, person] :
       {std::pair{"/submit", &author}, std::pair{"/approve", &reviewer},
        std::pair{"/publish", &author}}) {
    const auto response = post(lesson + action, person);
    ASSERT_EQ(response.status, 200) << action << text_of(response);
  }
}

std::string LessonWorld::create_live(const nlohmann::json& body) {
  const auto id = create_lesson(author, body);
  bring_live(id);
  return id;
}

namespace {

std::string text_in(const storage::OpenFile& file, std::uint64_t offset, std::uint64_t length) {
  std::string text(length, '\0');
  const auto got = pread(file.descriptor(), text.data(), text.size(), static_cast<off_t>(offset));
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  return text;
}

}  // namespace

std::string LessonWorld::text_of(const http::Response& response) {
  if (const auto* text = std::get_if<std::string>(&response.body)) return *text;
  if (const auto* shared = std::get_if<http::SharedBytes>(&response.body)) return **shared;
  const auto* part = std::get_if<http::FileBody>(&response.body);
  if (!part) return {};
  if (part->file) return text_in(*part->file, part->offset, part->length);
  std::string text;
  while (text.size() < part->length) {
    const auto piece = part->pieces->open(part->offset + text.size());
    if (!piece || piece->length == 0) return text;
    const auto length = std::min<std::uint64_t>(piece->length, part->length - text.size());
    text += piece->file ? text_in(*piece->file, piece->offset, length)
                        : std::string(piece->bytes.substr(0, length));
  }
  return text;
}

nlohmann::json LessonWorld::json_of(const http::Response& response) {
  return nlohmann::json::parse(text_of(response), nullptr, false);
}

std::string LessonWorld::header(const http::Response& response, std::string_view name) {
  return std::string(response.headers.get(name).value_or(""));
}

std::string LessonWorld::code_of(const http::Response& response) {
  const auto json = json_of(response);
  return json.is_object() ? json.value("code", "") : "";
}

}  // namespace weike
