#include "server/jobs/job_roster.hpp"

#include "tests/server/jobs/jobs_fixture.hpp"

namespace weike::server {
namespace {

// Organisations beside each other on one machine.
class JobRosterTest : public JobsFixture {
 protected:
  void SetUp() override {}

  AssetId add(UnitId unit) {
    return create_asset(UploadId::make_random().text(), AccountId::make_random(), unit);
  }
  AssetId add_long(UnitId unit) {
    const auto id = add(unit);
    long_ones.insert(id);
    return id;
  }

  // Does the next unit; false if there is none.
  bool work_once(JobRoster& roster) {
    roster.take_new();
    auto choice = roster.take_unit(JobRoster::Lane::lessons);
    if (!choice) return false;
    const bool is_long = long_ones.contains(choice->job->asset());
    worker.set_probe_result({{"plan", plan_of(is_long ? 60 : 7)}, {"verdict", {{"width", 640}}}});
    if (choice->job->run(choice->unit)) roster.remove(choice->job);
    return true;
  }
  // Works until the lesson is ready; false if nothing is left to do before.
  bool work_until_ready(JobRoster& roster, AssetId id) {
    while (find(id).state != AssetState::ready) {
      if (!work_once(roster)) return false;
    }
    return true;
  }

  // Works until nothing is left, one unit after the other, and notes who is ready when.
  std::vector<AssetId> work_through(JobRoster& roster) {
    std::vector<AssetId> ready;
    roster.take_new();
    while (auto choice = roster.take_unit(JobRoster::Lane::lessons)) {
      if (!choice->job->run(choice->unit)) continue;
      ready.push_back(choice->job->asset());
      roster.remove(choice->job);
      choice.reset();
      roster.take_new();
    }
    return ready;
  }

  std::set<AssetId> long_ones;
  const UnitId many = UnitId::make_random();
  const UnitId one = UnitId::make_random();
};

TEST_F(JobRosterTest, OneLessonIsNotStarvedByFiveOfAnotherOrganisation) {
  for (int i = 0; i < 5; ++i) add(many);
  const auto lonely = add(one);
  JobRoster roster(workshop);

  const auto ready = work_through(roster);

  ASSERT_EQ(ready.size(), 6U);
  const auto place = std::find(ready.begin(), ready.end(), lonely) - ready.begin();
  EXPECT_LE(place, 1) << "it has half of the machine";
}

TEST_F(JobRosterTest, OrganisationWithoutALessonAtWorkAlwaysHasRoom) {
  auto options = workshop.options;
  options.active_jobs = 3;
  Workshop shop{store, blobs, queue, assets, bus, worker, clock, options};
  for (int i = 0; i < 5; ++i) add(many);
  JobRoster roster(shop);
  roster.take_new();
  ASSERT_EQ(roster.jobs().size(), 3U);

  const auto lonely = add(one);
  add(one);
  roster.take_new();

  ASSERT_EQ(roster.jobs().size(), 4U);
  EXPECT_EQ(roster.jobs().back()->asset(), lonely);
}

// Others stand still meanwhile.
TEST_F(JobRosterTest, HurriedWorkerMakesOfTheFirstSegmentWhatAPlayerNeedsAndNoMore) {
  add(one);
  JobRoster roster(workshop);
  ASSERT_TRUE(work_once(roster));

  const auto hurried = roster.take_unit(JobRoster::Lane::not_playable);
  const auto other = roster.take_unit(JobRoster::Lane::lessons);

  ASSERT_TRUE(hurried && other);
  EXPECT_EQ(hurried->unit.batch, (Batch{{"v360", "a128"}, 0, 0, Urgency::playable}));
  EXPECT_EQ(other->unit.batch, (Batch{{"v720"}, 0, 0, Urgency::publishable}));
}

// The smallest rung of its own lesson keeps nobody else's short one waiting, and the other way
// round.
TEST_F(JobRosterTest, ShortLessonOfAnotherOrganisationOvertakesALongOne) {
  const auto long_one = add_long(many);
  JobRoster roster(workshop);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(work_once(roster));
  const auto short_one = add(one);

  ASSERT_TRUE(work_until_ready(roster, short_one));

  EXPECT_FALSE(find(long_one).is_publishable);
  EXPECT_GT(find(long_one).renditions[1].done, 9U) << "it had its share meanwhile";
}

TEST_F(JobRosterTest, ShortLessonOvertakesALongOneOfItsOwnOrganisation) {
  const auto long_one = add_long(one);
  JobRoster roster(workshop);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(work_once(roster));
  const auto done = find(long_one).renditions[1].done;
  const auto short_one = add(one);

  ASSERT_TRUE(work_until_ready(roster, short_one));

  EXPECT_EQ(find(long_one).renditions[1].done, done);
}

TEST_F(JobRosterTest, LessonsThatCanBePlayedKeepNoneFromBecomingSo) {
  auto options = workshop.options;
  options.active_jobs = 1;
  options.most_active_jobs = 3;
  Workshop shop{store, blobs, queue, assets, bus, worker, clock, options};
  std::vector<AssetId> lessons;
  for (int i = 0; i < 4; ++i) lessons.push_back(add_long(many));
  const auto count = [&](bool Asset::* is_so) {
    return std::count_if(lessons.begin(), lessons.end(),
                         [&](AssetId id) { return find(id).*is_so; });
  };
  JobRoster roster(shop);
  roster.take_new();
  ASSERT_EQ(roster.jobs().size(), 1U) << "one after the other";

  while (count(&Asset::is_playable) < 3) ASSERT_TRUE(work_once(roster));
  roster.take_new();

  EXPECT_EQ(count(&Asset::is_publishable), 0);
  EXPECT_EQ(roster.jobs().size(), 3U) << "all that may be at work";
}

}  // namespace
}  // namespace weike::server
