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

}  // namespace
}  // namespace weike::server
