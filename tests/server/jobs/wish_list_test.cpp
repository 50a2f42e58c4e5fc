#include "server/jobs/wish_list.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weike::server {
namespace {

using ::testing::Optional;

class WishListTest : public ::testing::Test {
 protected:
  WantedSegment segment(const std::string& rendition, std::uint32_t number) const {
    return {asset, rendition, number};
  }
  std::shared_ptr<WishList::Wish> wish(const std::string& rendition, std::uint32_t number) {
    return wishes.add(segment(rendition, number), [this] { ++woken; });
  }

  const AssetId asset = AssetId::make_random();
  WishList wishes;
  int woken = 0;
};

TEST_F(WishListTest, ManyWishesForOneSegmentAreOneEntry) {
  const auto first = wish("v360", 7);
  const auto second = wish("v360", 7);

  EXPECT_THAT(wishes.take(), Optional(segment("v360", 7)));
  EXPECT_EQ(wishes.take(), std::nullopt);
  wishes.settle(segment("v360", 7));

  EXPECT_EQ(woken, 2);
}

TEST_F(WishListTest, EachIsWokenOnce) {
  const auto kept = wish("v360", 7);

  wishes.settle(segment("v360", 7));
  wishes.settle_all(asset);

  EXPECT_EQ(woken, 1);
}

TEST_F(WishListTest, DroppedWishIsForgottenUnlessItsWorkHasBegun) {
  auto dropped = wish("v360", 7);
  auto begun = wish("v360", 9);
  dropped.reset();

  EXPECT_THAT(wishes.take(), Optional(segment("v360", 9)));
  begun.reset();
  wishes.settle(segment("v360", 9));

  EXPECT_EQ(wishes.take(), std::nullopt);
  EXPECT_EQ(woken, 0);
}

TEST_F(WishListTest, NeighboursComeInOrderOfNumberAndSoundBeforeAll) {
  const auto seek = wish("v360", 40);
  const auto third = wish("v720", 12);
  const auto second = wish("v720", 11);
  const auto first = wish("v720", 10);
  const auto sound = wish("a128", 40);

  EXPECT_THAT(wishes.take(), Optional(segment("a128", 40)));
  EXPECT_THAT(wishes.take(), Optional(segment("v360", 40)));
  EXPECT_THAT(wishes.take(), Optional(segment("v720", 10)));
  EXPECT_THAT(wishes.take(), Optional(segment("v720", 11)));
  EXPECT_THAT(wishes.take(), Optional(segment("v720", 12)));
}

TEST_F(WishListTest, WhatWasLeftToOthersWaitsUntilItIsReopened) {
  const auto kept = wish("v360", 7);
  ASSERT_TRUE(wishes.take());
  wishes.leave_to_others(segment("v360", 7));

  EXPECT_FALSE(wishes.has_open());
  EXPECT_EQ(wishes.take(), std::nullopt);
  wishes.reopen(AssetId::make_random());
  EXPECT_FALSE(wishes.has_open());
  wishes.reopen(asset);

  EXPECT_THAT(wishes.take(), Optional(segment("v360", 7)));
}

TEST_F(WishListTest, TellsWhenNobodyWaitsForOthersAnyMore) {
  int told = 0;
  wishes.on_left_done([&] { ++told; });
  const auto delivered = wish("v360", 7);
  auto dropped = wish("v360", 8);
  for (std::uint32_t number = 7; number < 9; ++number) {
    ASSERT_TRUE(wishes.take());
    wishes.leave_to_others(segment("v360", number));
  }
  EXPECT_TRUE(wishes.has_left());

  wishes.settle(segment("v360", 7));
  EXPECT_EQ(told, 1);
  dropped.reset();

  EXPECT_EQ(told, 2);
  EXPECT_FALSE(wishes.has_left());
}

TEST_F(WishListTest, WakingMayDropWishesAndMakeNewOnes) {
  std::shared_ptr<WishList::Wish> next;
  std::shared_ptr<WishList::Wish> own;
  own = wishes.add(segment("v360", 1), [&] {
    own.reset();
    next = wish("v360", 2);
  });

  wishes.settle_everything();

  EXPECT_THAT(wishes.take(), Optional(segment("v360", 2)));
}

TEST_F(WishListTest, WishMayOutliveTheList) {
  std::shared_ptr<WishList::Wish> survivor;
  {
    WishList brief;
    survivor = brief.add(segment("v360", 1), [this] { ++woken; });
  }

  survivor.reset();

  EXPECT_EQ(woken, 0);
}

}  // namespace
}  // namespace weike::server
