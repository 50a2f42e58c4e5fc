#include "server/jobs/work_floor.hpp"

#include <gtest/gtest.h>

namespace weike::server {
namespace {

WorkFloor::Control enter(WorkFloor& floor, Level level) {
  auto control = std::make_shared<media::TaskControl>();
  floor.enter(control, level);
  return control;
}

TEST(WorkFloor, WhatIsWantedMakesTheRestStandStill) {
  WorkFloor floor;
  const auto ordinary = enter(floor, Level::ordinary);
  const auto other = enter(floor, Level::ordinary);
  EXPECT_FALSE(ordinary->is_paused);

  const auto wanted = enter(floor, Level::wanted);

  EXPECT_TRUE(ordinary->is_paused);
  EXPECT_TRUE(other->is_paused);
  EXPECT_FALSE(wanted->is_paused);
  EXPECT_EQ(floor.paused(), 2U);
  EXPECT_TRUE(floor.is_held_up(Level::ordinary));
  EXPECT_FALSE(floor.is_held_up(Level::wanted));
  floor.leave(wanted);
  EXPECT_FALSE(ordinary->is_paused);
}

TEST(WorkFloor, NothingMovesBetweenTwoWantedSegments) {
  WorkFloor floor;
  const auto ordinary = enter(floor, Level::ordinary);
  const auto wanted = enter(floor, Level::wanted);

  floor.expect(true);
  floor.leave(wanted);

  EXPECT_TRUE(ordinary->is_paused);
  floor.expect(false);
  EXPECT_FALSE(ordinary->is_paused);
}

TEST(WorkFloor, BatchThatAViewerWaitsForIsSpared) {
  WorkFloor floor;
  const auto spared = enter(floor, Level::ordinary);
  const auto other = enter(floor, Level::ordinary);
  floor.spare(spared);

  const auto wanted = enter(floor, Level::wanted);

  EXPECT_FALSE(spared->is_paused);
  EXPECT_TRUE(other->is_paused);
}

TEST(WorkFloor, SparedBatchHasTheMachineWhileSomebodyWaitsForIt) {
  WorkFloor floor;
  const auto spared = enter(floor, Level::ordinary);
  const auto other = enter(floor, Level::ordinary);
  floor.spare(spared);

  floor.wait_for_spared(true);

  EXPECT_FALSE(spared->is_paused);
  EXPECT_TRUE(other->is_paused);
  EXPECT_TRUE(floor.is_held_up(Level::ordinary));
  floor.wait_for_spared(false);
  EXPECT_FALSE(other->is_paused);
  floor.wait_for_spared(true);
  floor.leave(spared);
  EXPECT_FALSE(other->is_paused) << "it is over, whatever became of it";
}

TEST(WorkFloor, BackgroundRungYieldsToEverything) {
  WorkFloor floor;
  const auto background = enter(floor, Level::background);

  const auto ordinary = enter(floor, Level::ordinary);

  EXPECT_TRUE(background->is_paused);
  EXPECT_FALSE(ordinary->is_paused);
  floor.leave(ordinary);
  EXPECT_FALSE(background->is_paused);
}

}  // namespace
}  // namespace weike::server
