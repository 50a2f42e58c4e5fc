#include "storage/records/keys.hpp"

namespace weike::storage::keys {
namespace {

std::string join(std::string_view word, std::initializer_list<std::string_view> parts) {
  std::string key(word);
  key.push_back('/');
  for (const auto part : parts) key.append(part);
  return key;
}

constexpr std::string_view kEndOfText{"\0", 1};

std::string time_part(Timestamp time) {
  return big_endian(static_cast<std::uint64_t>(time.time_since_epoch().count()));
}

std::string newest_first(Timestamp time) {
  return big_endian(~static_cast<std::uint64_t>(time.time_since_epoch().count()));
}

KeyRange range_of(std::string_view word, std::initializer_list<std::string_view> parts = {}) {
  return KeyRange::of_prefix(join(word, parts));
}

}  // namespace

std::string big_endian(std::uint64_t number) {
  std::string bytes(8, '\0');
  for (std::size_t i = 8; i-- > 0; number >>= 8) bytes[i] = static_cast<char>(number & 0xff);
  return bytes;
}

std::uint64_t from_big_endian(std::string_view bytes) {
  if (bytes.size() != 8) return 0;
  std::uint64_t number = 0;
  for (const char byte : bytes) number = number << 8 | static_cast<unsigned char>(byte);
  return number;
}

std::string account(AccountId id) { return join("account", {id.raw()}); }
std::string account_name(std::string_view name) { return join("account-name", {name}); }
KeyRange accounts() { return range_of("account"); }
std::string administrator(AccountId id) { return join("administrator", {id.raw()}); }
KeyRange administrators() { return range_of("administrator"); }

std::string session(std::string_view hash) { return join("session", {hash}); }
std::string session_of(AccountId account, std::string_view hash) {
  return join("session-of", {account.raw(), hash});
}
KeyRange sessions_of(AccountId account) { return range_of("session-of", {account.raw()}); }
KeyRange sessions_of_accounts(std::string_view id_prefix) {
  return range_of("session-of", {id_prefix});
}

std::string upload(UploadId id) { return join("upload", {id.raw()}); }
std::string upload_of(AccountId account, UploadId id) {
  return join("upload-of", {account.raw(), id.raw()});
}
KeyRange uploads_of(AccountId account) { return range_of("upload-of", {account.raw()}); }
std::string upload_expiry(Timestamp expires_at, UploadId id) {
  return join("upload-expiry", {time_part(expires_at), id.raw()});
}
KeyRange upload_expiries_before(Timestamp time) {
  return {join("upload-expiry", {}), join("upload-expiry", {time_part(time)})};
}
std::string upload_glance(UploadId id) { return join("upload-glance", {id.raw()}); }
std::string unit_bytes(UnitId id) { return join("unit-bytes", {id.raw()}); }

std::string asset(AssetId id) { return join("asset", {id.raw()}); }
KeyRange assets() { return range_of("asset"); }
std::string asset_of(AccountId account, Timestamp created_at, AssetId id) {
  return join("asset-of", {account.raw(), newest_first(created_at), id.raw()});
}
KeyRange assets_of(AccountId account) { return range_of("asset-of", {account.raw()}); }
std::string asset_erased(AssetId id) { return join("asset-erased", {id.raw()}); }
KeyRange assets_erased() { return range_of("asset-erased"); }
std::string asset_source(std::string_view source_sha256, AssetId id) {
  return join("asset-source", {source_sha256, kEndOfText, id.raw()});
}
KeyRange assets_with_source(std::string_view source_sha256) {
  return range_of("asset-source", {source_sha256, kEndOfText});
}
std::string segment(AssetId asset, std::string_view rendition, std::uint64_t number) {
  return join("segment", {asset.raw(), rendition, kEndOfText, big_endian(number)});
}
KeyRange segments_of(AssetId asset) { return range_of("segment", {asset.raw()}); }
std::string observation(AssetId asset, std::string_view rendition, std::uint64_t number) {
  return join("observation", {asset.raw(), rendition, kEndOfText, big_endian(number)});
}
KeyRange observations_of(AssetId asset) { return range_of("observation", {asset.raw()}); }

std::string lesson(LessonId id) { return join("lesson", {id.raw()}); }
KeyRange lessons() { return range_of("lesson"); }
std::string lesson_of(AccountId account, Timestamp created_at, LessonId id) {
  return join("lesson-of", {account.raw(), newest_first(created_at), id.raw()});
}
KeyRange lessons_of(AccountId account) { return range_of("lesson-of", {account.raw()}); }
std::string lesson_state(std::string_view state, Timestamp since, LessonId id) {
  return join("lesson-state", {state, kEndOfText, time_part(since), id.raw()});
}
KeyRange lessons_in_state(std::string_view state) {
  return range_of("lesson-state", {state, kEndOfText});
}
std::string lesson_asset(AssetId asset, LessonId id) {
  return join("lesson-asset", {asset.raw(), id.raw()});
}
KeyRange lessons_with_asset(AssetId asset) { return range_of("lesson-asset", {asset.raw()}); }

std::string feed(std::string_view scope, std::string_view channel, Timestamp published_at,
                 LessonId id) {
  return join("feed",
              {scope, kEndOfText, channel, kEndOfText, newest_first(published_at), id.raw()});
}
KeyRange feed_page(std::string_view scope, std::string_view channel) {
  return range_of("feed", {scope, kEndOfText, channel, kEndOfText});
}
std::string feed_unfinished(LessonId id) { return join("feed-unfinished", {id.raw()}); }
KeyRange feeds_unfinished() { return range_of("feed-unfinished"); }
std::string feed_version(std::string_view scope, std::string_view channel) {
  return join("feed-version", {scope, kEndOfText, channel});
}

std::string decision(std::uint64_t number) { return join("decision", {big_endian(number)}); }
KeyRange decisions() { return range_of("decision"); }
std::string decision_of(LessonId lesson, std::uint64_t number) {
  return join("decision-of", {lesson.raw(), big_endian(number)});
}
KeyRange decisions_of(LessonId lesson) { return range_of("decision-of", {lesson.raw()}); }

std::string watch(AccountId account, LessonId lesson) {
  return join("watch", {account.raw(), lesson.raw()});
}
KeyRange watches_of(AccountId account) { return range_of("watch", {account.raw()}); }

std::string setting(std::string_view name) { return join("setting", {name}); }

}  // namespace weike::storage::keys
