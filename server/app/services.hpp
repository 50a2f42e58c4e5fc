#pragma once

#include "api/accounts/account_service.hpp"
#include "api/accounts/password_hasher.hpp"
#include "api/accounts/session_gate.hpp"
#include "api/accounts/session_service.hpp"
#include "api/assets/asset_routes.hpp"
#include "api/assets/asset_service.hpp"
#include "api/captions/caption_routes.hpp"
#include "api/events/event_bus.hpp"
#include "api/feed/feed_publisher.hpp"
#include "api/feed/feed_service.hpp"
#include "api/feed/feed_versions.hpp"
#include "api/http/router.hpp"
#include "api/learning/learning_service.hpp"
#include "api/lessons/lesson_presenter.hpp"
#include "api/lessons/lesson_service.hpp"
#include "api/pages/static_site.hpp"
#include "api/playback/media_delivery.hpp"
#include "api/playback/media_gate.hpp"
#include "api/playback/media_links.hpp"
#include "api/playback/media_signer.hpp"
#include "api/playback/playback_service.hpp"
#include "api/review/review_service.hpp"
#include "api/uploads/upload_service.hpp"
#include "server/config/config.hpp"
#include "storage/queue/job_queue.hpp"

#include <memory>
#include <string>

namespace weike::server {

// The installation's own secrets, made at the first start.
struct InstallationKeys {
  std::string csrf;
  std::string cursor;
  playback::MediaSigner media;

  static Result<InstallationKeys> open(storage::KvStore& store);
};

// Every capability, wired together, in the order they need each other. The stores and the clock
// must outlive it.
struct Services {
  Services(storage::KvStore& store, storage::BlobStore& blobs, const Clock& clock,
           const Config& config, InstallationKeys keys);

  void add_routes(http::Router& router);
  // What has to be done now and then; each at its own pace, see Housekeeping.
  void sweep();
  void tend();

  const InstallationKeys keys;
  accounts::PasswordHasher hasher;
  accounts::AccountService accounts;
  accounts::SessionService sessions;
  accounts::SessionGate gatekeeper;
  events::EventBus events;
  storage::JobQueue queue;
  assets::AssetService assets;
  captions::CaptionService captions;
  playback::MediaLinks links;
  playback::MediaGate media_gate;
  playback::MediaDelivery delivery;
  playback::PlaybackService playback;
  feed::FeedVersions feed_versions;
  feed::FeedPublisher feed_publisher;
  feed::FeedService feed;
  lessons::LessonService lessons;
  lessons::LessonPresenter presenter;
  review::ReviewService review;
  learning::LearningService learning;
  uploads::UploadService uploads;
  pages::StaticSite site;
};

}  // namespace weike::server
