#pragma once

#include "api/accounts/account_service.hpp"
#include "api/accounts/session_gate.hpp"
#include "api/accounts/session_service.hpp"
#include "api/assets/asset_service.hpp"
#include "api/captions/caption_routes.hpp"
#include "api/events/event_bus.hpp"
#include "api/feed/feed_publisher.hpp"
#include "api/feed/feed_routes.hpp"
#include "api/feed/feed_service.hpp"
#include "api/http/router.hpp"
#include "api/learning/learning_routes.hpp"
#include "api/learning/learning_service.hpp"
#include "api/lessons/lesson_presenter.hpp"
#include "api/lessons/lesson_routes.hpp"
#include "api/lessons/lesson_service.hpp"
#include "api/playback/media_delivery.hpp"
#include "api/playback/media_gate.hpp"
#include "api/playback/media_links.hpp"
#include "api/playback/media_signer.hpp"
#include "api/playback/playback_routes.hpp"
#include "api/playback/playback_service.hpp"
#include "api/review/review_routes.hpp"
#include "api/review/review_service.hpp"
#include "storage/blob/memory_blob_store.hpp"
#include "storage/kv/memory_kv_store.hpp"
#include "storage/queue/job_queue.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <utility>
#include <vector>

namespace weike {

// Somebody with an account and a session.
struct Person {
  AccountId id;
  std::string name;
  std::string token;
  Viewer viewer;
};

// How far an asset is.
enum class VideoState { queued, playable, publishable, ready };

using HeaderList = std::vector<std::pair<std::string, std::string>>;

// The capabilities around lessons on stores in memory, called through their routes as the engine
// does: gate first, then the handler.
class LessonWorld : public ::testing::Test {
 protected:
  LessonWorld();

  Person make_person(const std::string& name, std::vector<Role> roles);
  // A video of six seconds in three segments; what is made lies in the blob store.
  AssetId make_asset(const Person& owner, VideoState state = VideoState::ready);
  void set_video_state(AssetId id, VideoState state);
  static media::Plan sample_plan();

  // A null person is a visitor.
  http::Response call(http::Method method, const std::string& target,
                      const Person* person = nullptr, const nlohmann::json& body = nullptr,
                      const HeaderList& headers = {});
  http::Response get(const std::string& target, const Person* person = nullptr,
                     const HeaderList& headers = {}) {
    return call(http::Method::get, target, person, nullptr, headers);
  }
  http::Response post(const std::string& target, const Person* person,
                      const nlohmann::json& body = nlohmann::json::object()) {
    return call(http::Method::post, target, person, body);
  }
  // The hot lane's answer.
  std::optional<http::Response> get_hot(const std::string& target, const Person* person = nullptr,
                                        const HeaderList& headers = {});

  // Content of a new lesson; change it as needed.
  static nlohmann::json lesson_body(AssetId asset, const std::string& title = "微课");
  std::string create_lesson(const Person& owner, const nlohmann::json& body);
  // Takes a lesson from draft to live.
  void bring_live(const std::string& id);
  std::string create_live(const nlohmann::json& body);

  static nlohmann::json json_of(const http::Response& response);
  static std::string text_of(const http::Response& response);
  static std::string header(const http::Response& response, std::string_view name);
  // The machine word of a problem document.
  static std::string code_of(const http::Response& response);

  storage::MemoryKvStore store;
  storage::MemoryBlobStore blobs;
  ManualClock clock;
  storage::JobQueue queue{store, clock};
  events::EventBus events;
  accounts::PasswordHasher hasher{{64, 1}};
  accounts::AccountService accounts{store, hasher, clock};
  accounts::SessionService sessions{store, accounts, hasher, clock, "csrf key"};
  accounts::SessionGate session_gate{sessions};
  assets::AssetService assets{store, blobs, queue, events, clock};
  captions::CaptionService captions{store, blobs, assets};
  playback::MediaSigner signer{std::string(32, 'k')};
  playback::MediaLinks links{signer, clock};
  playback::MediaGate gate{store, clock};
  playback::MediaDelivery delivery{store, blobs, assets, signer, gate, clock};
  playback::PlaybackService playback{store, assets, links};
  feed::FeedVersions versions;
  feed::FeedPublisher publisher{store, versions,
                                [this](UnitId unit) { return accounts.unit_name(unit); }};
  feed::FeedService feed{store, versions, links, clock, "cursor key", lessons::default_channels()};
  lessons::LessonService lessons{store, assets, events, gate, clock};
  review::ReviewService review{store, assets, publisher, gate, events, clock};
  lessons::LessonPresenter presenter{
      store, accounts, assets, playback,
      [this](const Asset& asset, const Viewer& viewer, std::string_view file) {
        return links.path(asset, viewer, file);
      }};
  learning::LearningService learning{store, links, clock};
  http::Router router;

  Person author;
  Person reviewer;
  Person curator;
  Person member;
  Person administrator;
};

}  // namespace weike
