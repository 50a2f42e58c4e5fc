#include "storage/records/keys.hpp"

#include <gtest/gtest.h>

#include <string>

namespace weike::storage::keys {
namespace {

// An id whose 16 bytes are all `byte`.
template <class AnyId>
AnyId id_of(int byte) {
  typename AnyId::Bytes bytes;
  bytes.fill(static_cast<std::uint8_t>(byte));
  return AnyId(bytes);
}

Timestamp at(std::int64_t ms) { return Timestamp{Milliseconds{ms}}; }

bool holds(const KeyRange& range, std::string_view key) {
  return range.begin <= key && key < range.end;
}

TEST(Keys, NumbersAreInByteOrder) {
  const std::vector<std::uint64_t> numbers{0, 1, 255, 256, 65'535, 1ull << 32, ~0ull};

  for (const auto number : numbers) EXPECT_EQ(from_big_endian(big_endian(number)), number);
  for (std::size_t i = 1; i < numbers.size(); ++i)
    EXPECT_LT(big_endian(numbers[i - 1]), big_endian(numbers[i]));
  EXPECT_EQ(from_big_endian("short"), 0u);
}

TEST(Keys, TimesAreInByteOrder) {
  const auto id = id_of<UploadId>(0xff);
  const auto next = id_of<UploadId>(0);

  EXPECT_LT(upload_expiry(at(255), id), upload_expiry(at(256), next));
  EXPECT_LT(upload_expiry(at(1'700'000'000'000), id), upload_expiry(at(1'700'000'000'001), next));
}

TEST(Keys, NewestComesFirst) {
  const auto account = id_of<AccountId>(1);

  EXPECT_LT(asset_of(account, at(2000), id_of<AssetId>(9)),
            asset_of(account, at(1000), id_of<AssetId>(1)));
  EXPECT_LT(feed("public", "news", at(2000), id_of<LessonId>(9)),
            feed("public", "news", at(1000), id_of<LessonId>(1)));
}

TEST(Keys, RangeOfOneAccountNeverReachesAnothers) {
  // Neighbours in byte order, with bytes that end a prefix in every awkward way.
  const std::vector<int> bytes{0x00, 0x01, 0x2e, 0x2f, 0x30, 0xfe, 0xff};
  for (const int mine : bytes) {
    for (const int other : bytes) {
      const auto owner = id_of<AccountId>(mine);
      const auto who = id_of<AccountId>(other);
      const bool is_same = mine == other;
      for (const int item : {0x00, 0xff}) {
        const auto lesson = id_of<LessonId>(item);
        const auto hash = std::string(32, static_cast<char>(item));
        EXPECT_EQ(holds(sessions_of(owner), session_of(who, hash)), is_same);
        EXPECT_EQ(holds(uploads_of(owner), upload_of(who, id_of<UploadId>(item))), is_same);
        EXPECT_EQ(holds(assets_of(owner), asset_of(who, at(item), id_of<AssetId>(item))), is_same);
        EXPECT_EQ(holds(lessons_of(owner), lesson_of(who, at(item), lesson)), is_same);
        EXPECT_EQ(holds(watches_of(owner), watch(who, lesson)), is_same);
      }
    }
  }
}

TEST(Keys, RangeOfOneWordNeverReachesAnothers) {
  const auto id = id_of<AssetId>(0xff);
  const auto lesson_id = id_of<LessonId>(0);

  EXPECT_TRUE(holds(assets(), asset(id)));
  EXPECT_FALSE(holds(assets(), asset_of(id_of<AccountId>(0), at(0), id)));
  EXPECT_FALSE(holds(assets(), asset_erased(id)));
  EXPECT_FALSE(holds(assets(), asset_source("5a", id)));
  EXPECT_TRUE(holds(assets_with_source("5a"), asset_source("5a", id)));
  EXPECT_FALSE(holds(assets_with_source("5a"), asset_source("5ab", id)));
  EXPECT_TRUE(holds(lessons(), lesson(lesson_id)));
  EXPECT_FALSE(holds(lessons(), lesson_state("draft", at(0), lesson_id)));
  EXPECT_FALSE(holds(lessons(), lesson_asset(id, lesson_id)));
  EXPECT_TRUE(holds(decisions(), decision(~0ull)));
  EXPECT_FALSE(holds(decisions(), decision_of(lesson_id, 0)));
}

TEST(Keys, TextsThatBeginAlikeAreApart) {
  const auto id = id_of<LessonId>(0xff);

  EXPECT_TRUE(holds(feed_page("public", "news"), feed("public", "news", at(1), id)));
  EXPECT_FALSE(holds(feed_page("public", "news"), feed("public", "news-2", at(1), id)));
  EXPECT_FALSE(holds(feed_page("public", "news"), feed("publicnews", "", at(1), id)));
  EXPECT_FALSE(holds(feed_page("public", ""), feed("public", "news", at(1), id)));
  EXPECT_FALSE(holds(lessons_in_state("draft"), lesson_state("drafted", at(1), id)));
}

TEST(Keys, ExpiryRangeEndsBeforeItsTime) {
  const auto id = id_of<UploadId>(0xff);

  EXPECT_TRUE(holds(upload_expiries_before(at(1000)), upload_expiry(at(999), id)));
  EXPECT_FALSE(holds(upload_expiries_before(at(1000)), upload_expiry(at(1000), id)));
  EXPECT_FALSE(holds(upload_expiries_before(at(1000)), upload_expiry(at(1001), id)));
}

TEST(Keys, IndexKeysEndWithTheirId) {
  const auto id = LessonId::make_random();

  EXPECT_EQ(trailing_id<LessonId>(feed("public", "news", at(1), id)), id);
  EXPECT_EQ(trailing_id<LessonId>(watch(id_of<AccountId>(1), id)), id);
  EXPECT_EQ(trailing_id<LessonId>("too short"), std::nullopt);
}

TEST(Keys, PrefixRangeEndsBehindThePrefix) {
  EXPECT_EQ(KeyRange::of_prefix("a/").end, "a0");
  EXPECT_EQ(KeyRange::of_prefix("a\xff").end, "b");
  EXPECT_EQ(KeyRange::of_prefix("a\xff\xff").end, "b");
}

}  // namespace
}  // namespace weike::storage::keys
