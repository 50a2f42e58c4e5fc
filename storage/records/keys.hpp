#pragma once

#include "model/id.hpp"
#include "model/time.hpp"
#include "storage/kv/kv_store.hpp"

#include <cstdint>
#include <string>
#include <string_view>

// Every key of the store, one function for each shape. A key is a word, '/', then its parts: ids as
// 16 raw bytes, numbers big-endian (so byte order is number order), times as milliseconds since
// 1970 in 8 bytes, `newest first` as their complement, text ended by a zero byte unless it comes
// last.
//
// clang-format off
// | key                                             | value                                              |
// |-------------------------------------------------|----------------------------------------------------|
// | account/{account}                               | Account                                            |
// | account-name/{name, lower case}                 | account id                                         |
// | administrator/{account}                         | empty; administrators who may sign in              |
// | session/{SHA-256 of the token, 32 bytes}        | Session                                            |
// | session-of/{account}{hash}                      | empty                                              |
// | upload/{upload}                                 | Upload                                             |
// | upload-of/{account}{upload}                     | empty                                              |
// | upload-expiry/{time}{upload}                    | empty                                              |
// | upload-glance/{upload}                          | what its index told, while it is still coming      |
// | unit-bytes/{unit}                               | source bytes kept and promised, 8 bytes            |
// | asset/{asset}                                   | Asset                                              |
// | asset-of/{account}{newest first}{asset}         | empty                                              |
// | asset-erased/{asset}                            | source blob: bytes that still have to go           |
// | asset-source/{SHA-256, hex}\0{asset}            | empty; whose source has these bytes                |
// | segment/{asset}{rendition}\0{number}            | SegmentEntry: size and SHA-256 of a finished one   |
// | observation/{asset}{rendition}\0{number}        | media::Observation of a segment, written before it |
// | lesson/{lesson}                                 | Lesson                                             |
// | lesson-of/{account}{newest first}{lesson}       | empty                                              |
// | lesson-state/{state}\0{time}{lesson}            | empty; the working version's state                 |
// | lesson-asset/{asset}{lesson}                    | empty                                              |
// | feed/{scope}\0{channel}\0{newest first}{lesson} | card, a covering index (api/feed/feed_card.hpp)    |
// | feed-unfinished/{lesson}                        | empty; its card waits for a finished asset         |
// | feed-version/{scope}\0{channel}                 | version and first place (api/feed/list_record.hpp) |
// | decision/{number}                               | Decision (append-only, hash-chained)               |
// | decision-of/{lesson}{number}                    | empty                                              |
// | watch/{account}{lesson}                         | WatchRecord                                        |
// | job…/                                           | see storage/queue/job_queue.cpp                    |
// | setting/{name}                                  | "media-key": 32 bytes; and others                  |
// clang-format on
namespace weike::storage::keys {

std::string account(AccountId id);
std::string account_name(std::string_view name);
KeyRange accounts();
std::string administrator(AccountId id);
KeyRange administrators();
std::string session(std::string_view hash);
std::string session_of(AccountId account, std::string_view hash);
KeyRange sessions_of(AccountId account);
// Of every account whose id starts with these bytes.
KeyRange sessions_of_accounts(std::string_view id_prefix);

std::string upload(UploadId id);
std::string upload_of(AccountId account, UploadId id);
KeyRange uploads_of(AccountId account);
std::string upload_expiry(Timestamp expires_at, UploadId id);
KeyRange upload_expiries_before(Timestamp time);
std::string upload_glance(UploadId id);
std::string unit_bytes(UnitId id);

std::string asset(AssetId id);
KeyRange assets();
std::string asset_of(AccountId account, Timestamp created_at, AssetId id);
KeyRange assets_of(AccountId account);
std::string asset_erased(AssetId id);
KeyRange assets_erased();
std::string asset_source(std::string_view source_sha256, AssetId id);
KeyRange assets_with_source(std::string_view source_sha256);
std::string segment(AssetId asset, std::string_view rendition, std::uint64_t number);
KeyRange segments_of(AssetId asset);
std::string observation(AssetId asset, std::string_view rendition, std::uint64_t number);
KeyRange observations_of(AssetId asset);

std::string lesson(LessonId id);
KeyRange lessons();
std::string lesson_of(AccountId account, Timestamp created_at, LessonId id);
KeyRange lessons_of(AccountId account);
std::string lesson_state(std::string_view state, Timestamp since, LessonId id);
KeyRange lessons_in_state(std::string_view state);
std::string lesson_asset(AssetId asset, LessonId id);
KeyRange lessons_with_asset(AssetId asset);

std::string feed(std::string_view scope, std::string_view channel, Timestamp published_at,
                 LessonId id);
KeyRange feed_page(std::string_view scope, std::string_view channel);
std::string feed_unfinished(LessonId id);
KeyRange feeds_unfinished();
std::string feed_version(std::string_view scope, std::string_view channel);

std::string decision(std::uint64_t number);
KeyRange decisions();
std::string decision_of(LessonId lesson, std::uint64_t number);
KeyRange decisions_of(LessonId lesson);

std::string watch(AccountId account, LessonId lesson);
KeyRange watches_of(AccountId account);

std::string setting(std::string_view name);

// The last 16 bytes of a key as an id; for index keys that end with one.
template <class AnyId>
std::optional<AnyId> trailing_id(std::string_view key) {
  if (key.size() < 16) return std::nullopt;
  return AnyId::from_bytes(key.substr(key.size() - 16));
}

// Big-endian numbers for keys and counters.
std::string big_endian(std::uint64_t number);
std::uint64_t from_big_endian(std::string_view bytes);  // 0 if it is not 8 bytes.

}  // namespace weike::storage::keys
