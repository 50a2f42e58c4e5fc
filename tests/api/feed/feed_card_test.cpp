#include "api/feed/feed_card.hpp"

#include <gtest/gtest.h>

namespace weike::feed {
namespace {

FeedCard sample() {
  FeedCard card;
  card.audience = Audience::everyone;
  card.target.asset = AssetId::make_random();
  card.target.epoch = 0x01020304;
  card.target.poster = 2;
  card.json = R"({"title":"x")";
  return card;
}

TEST(FeedCard, KeepsWhatLinksNeed) {
  auto card = sample();
  card.target.captions = {"0123456789ab", "ba9876543210"};

  const auto read = FeedCard::decode(card.encode());

  ASSERT_TRUE(read);
  EXPECT_EQ(read->audience, Audience::everyone);
  EXPECT_EQ(read->target.asset, card.target.asset);
  EXPECT_EQ(read->target.epoch, card.target.epoch);
  EXPECT_EQ(read->target.poster, 2U);
  EXPECT_EQ(read->target.captions, card.target.captions);
  EXPECT_EQ(read->json, card.json);
}

// As they were stored before lessons had captions.
TEST(FeedCard, IsReadInItsFirstFormat) {
  const auto card = sample();
  auto bytes = card.encode();
  bytes[0] = 1;
  bytes.erase(23, 1);

  const auto read = FeedCard::decode(bytes);

  ASSERT_TRUE(read);
  EXPECT_EQ(read->target.epoch, card.target.epoch);
  EXPECT_TRUE(read->target.captions.empty());
  EXPECT_EQ(read->json, card.json);
}

TEST(FeedCard, RefusesBytesThatAreNone) {
  auto card = sample();
  card.target.captions = {"0123456789ab"};
  const auto bytes = card.encode();

  for (std::size_t size = 0; size < bytes.size() - card.json.size(); ++size)
    EXPECT_FALSE(FeedCard::decode(std::string_view(bytes).substr(0, size))) << size;
  for (const char format : {'\0', '\3', '{'}) {
    auto other = bytes;
    other[0] = format;
    EXPECT_FALSE(FeedCard::decode(other));
  }
}

}  // namespace
}  // namespace weike::feed
