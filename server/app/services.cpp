#include "server/app/services.hpp"

#include "api/accounts/account_routes.hpp"
#include "api/events/event_routes.hpp"
#include "api/feed/feed_routes.hpp"
#include "api/http/secret_key.hpp"
#include "api/learning/learning_routes.hpp"
#include "api/lessons/lesson_routes.hpp"
#include "api/pages/page_routes.hpp"
#include "api/playback/playback_routes.hpp"
#include "api/review/review_routes.hpp"
#include "api/uploads/upload_routes.hpp"

#include <utility>

namespace weike::server {
namespace {

assets::UrlSigner signer_of(const playback::MediaLinks& links) {
  return [&links](const Asset& asset, const Viewer& viewer, std::string_view file) {
    return links.path(asset, viewer, file);
  };
}

lessons::LessonOptions lesson_options(const Config& config) {
  lessons::LessonOptions options;
  options.limits = config.content;
  options.channels = config.channels;
  return options;
}

uploads::UploadOptions upload_options(const Config& config) {
  auto options = config.uploads;
  options.max_waiting_requests = config.net.pool_threads / 4;
  return options;
}

learning::HeartbeatOptions heartbeat_options(const Config& config) {
  learning::HeartbeatOptions options;
  if (config.heartbeats == "relaxed") options.durability = storage::Durability::relaxed;
  return options;
}

}  // namespace

Result<InstallationKeys> InstallationKeys::open(storage::KvStore& store) {
  auto csrf = http::load_or_make_key(store, "csrf-key");
  if (!csrf) return csrf.error();
  auto cursor = http::load_or_make_key(store, "cursor-key");
  if (!cursor) return cursor.error();
  auto media = playback::MediaSigner::open(store);
  if (!media) return media.error();
  return InstallationKeys{std::move(*csrf), std::move(*cursor), std::move(*media)};
}

Services::Services(storage::KvStore& store, storage::BlobStore& blobs, const Clock& clock,
                   const Config& config, InstallationKeys installation)
    : keys(std::move(installation)),
      accounts(store, hasher, clock, config.accounts),
      sessions(store, accounts, hasher, clock, keys.csrf, config.sessions),
      gatekeeper(sessions),
      events(config.events),
      queue(store, clock),
      assets(store, blobs, queue, events, clock,
             {.disk_reserve_bytes = config.uploads.disk_reserve_bytes}),
      captions(store, blobs, assets),
      links(keys.media, clock),
      media_gate(store, clock),
      delivery(store, blobs, assets, keys.media, media_gate, clock),
      playback(store, assets, links),
      feed_publisher(store, feed_versions,
                     [this](UnitId unit) { return accounts.unit_name(unit); }),
      feed(store, feed_versions, links, clock, keys.cursor, config.channels),
      lessons(store, assets, events, media_gate, clock, lesson_options(config)),
      presenter(store, accounts, assets, playback, signer_of(links)),
      review(store, assets, feed_publisher, media_gate, events, clock),
      learning(store, links, clock, heartbeat_options(config)),
      uploads(store, blobs, assets, clock, upload_options(config)),
      site(find_web_root(config)) {
  sessions.on_end([this](std::string_view key) { events.end_session(key); });
  accounts.on_sessions_ended([this](AccountId account, const std::vector<std::string>&) {
    media_gate.end_viewer(account);
  });
}

void Services::add_routes(http::Router& router) {
  accounts::add_routes(router, accounts, sessions);
  uploads::add_routes(router, uploads);
  assets::add_routes(router, assets, signer_of(links));
  captions::add_routes(router, captions);
  events::add_routes(router, events);
  lessons::add_routes(router, lessons, presenter, keys.cursor);
  review::add_routes(router, review, presenter);
  feed::add_routes(router, feed,
                   [this](const http::RequestHead& head) { return sessions.try_signed_in(head); });
  playback::add_routes(router, playback, delivery);
  learning::add_routes(router, learning, keys.cursor);
  pages::add_routes(router, site);
}

void Services::sweep() {
  // What fails now is tried again with the next sweep.
  [[maybe_unused]] const auto swept = uploads.sweep();
  assets.sweep();
}

void Services::tend() {
  delivery.tend();
  feed_publisher.refresh_unfinished();
  site.tend();
}

}  // namespace weike::server
