#include "server/jobs/fair_share.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace weike::server {
namespace {

using Candidates = std::vector<FairShare::Candidate>;

class FairShareTest : public ::testing::Test {
 protected:
  // Lets the share choose `turns` times, each piece of the same work, and says who was served.
  std::vector<UnitId> serve(const Candidates& candidates, int turns, double work = 1) {
    std::vector<UnitId> served;
    for (int turn = 0; turn < turns; ++turn) {
      const auto unit = candidates[*share.choose(candidates)].unit;
      share.serve(unit, work, candidates);
      served.push_back(unit);
    }
    return served;
  }
  static long count(const std::vector<UnitId>& served, UnitId unit) {
    return std::count(served.begin(), served.end(), unit);
  }

  const UnitId many = UnitId::make_random();
  const UnitId one = UnitId::make_random();
  FairShare share;
};

TEST_F(FairShareTest, NobodyToChoose) { EXPECT_FALSE(share.choose({})); }

TEST_F(FairShareTest, HurryGoesBeforeFairness) {
  serve({{one, 1, 1}}, 10);

  EXPECT_EQ(share.choose(Candidates{{many, 2, 1}, {one, 1, 100}}), 1U);
}

TEST_F(FairShareTest, ShorterLessonGoesFirstWithinAUnit) {
  EXPECT_EQ(share.choose(Candidates{{one, 1, 9}, {one, 1, 3}, {one, 1, 3}}), 1U);
}

TEST_F(FairShareTest, OneLessonGetsHalfBesideFifty) {
  Candidates candidates(50, {many, 1, 1});
  candidates.push_back({one, 1, 1000});

  const auto served = serve(candidates, 100);

  EXPECT_EQ(count(served, one), 50);
}

TEST_F(FairShareTest, DearPiecesCountForMore) {
  long cheap = 0;
  double of_many = 0;
  double of_one = 0;
  const Candidates candidates{{many, 1, 1}, {one, 1, 1}};
  for (int turn = 0; turn < 400; ++turn) {
    const bool is_one = *share.choose(candidates) == 1;
    share.serve(candidates[is_one ? 1 : 0].unit, is_one ? 1 : 3, candidates);
    (is_one ? of_one : of_many) += is_one ? 1 : 3;
    cheap += is_one;
  }

  EXPECT_NEAR(of_one / of_many, 1, 0.05);
  EXPECT_NEAR(static_cast<double>(cheap), 300, 5);
}

TEST_F(FairShareTest, ComingBackGivesNeitherCreditNorDebt) {
  serve({{many, 1, 1}}, 100);

  const auto served = serve({{many, 1, 1}, {one, 1, 1}}, 10);

  EXPECT_EQ(served[0], one) << "it was served least";
  EXPECT_NEAR(static_cast<double>(count(served, one)), 5, 1) << "and has no claim to the past";
}

TEST_F(FairShareTest, WhoeverIsOvertakenInAHurryIsServedUntilItIsEven) {
  const auto hurried = serve({{many, 1, 1}, {one, 2, 1}}, 10);
  ASSERT_EQ(count(hurried, many), 10);

  const auto served = serve({{many, 2, 1}, {one, 2, 1}}, 20);

  EXPECT_EQ(count({served.begin(), served.begin() + 10}, one), 10);
  EXPECT_NEAR(static_cast<double>(count(served, one)), 15, 1) << "and then they take turns";
}

TEST_F(FairShareTest, ThreeUnitsTakeTurns) {
  const auto third = UnitId::make_random();
  const Candidates candidates{{many, 1, 5}, {one, 1, 7}, {third, 1, 9}, {many, 1, 1}};

  const auto served = serve(candidates, 9);

  for (const auto unit : {many, one, third}) EXPECT_EQ(count(served, unit), 3);
}

}  // namespace
}  // namespace weike::server
