// What an attempt finds that an earlier one left.
#include "tests/server/jobs/jobs_fixture.hpp"

namespace weike::server {
namespace {

class EarlierAttempts : public JobsFixture {
 protected:
  void put(const std::string& file, const std::string& content) {
    const auto name = assets::blob_name(asset, file);
    ASSERT_TRUE(blobs.put(name, std::as_bytes(std::span(content))));
  }
  std::string text_of(const std::string& file) {
    const auto text = blobs.read(assets::blob_name(asset, file), 1 << 20);
    return text ? *text : text.error().message;
  }
};

TEST_F(EarlierAttempts, PlanIsWrittenOnceAndReused) {
  worker.set_accident([](const media::Task& task, const std::string&) -> Result<> {
    if (std::holds_alternative<media::SegmentsTask>(task))
      return Error{ErrorCode::internal, "signal 11", "child_crashed"};
    return {};
  });
  work();
  worker.set_accident({});
  clock.advance(std::chrono::seconds{10});

  work();

  const auto tasks = worker.tasks();
  EXPECT_EQ(std::count_if(tasks.begin(), tasks.end(),
                          [](const media::Task& task) {
                            return std::holds_alternative<media::ProbeTask>(task);
                          }),
            1);
  EXPECT_EQ(find().state, AssetState::ready);
}

TEST_F(EarlierAttempts, PlanThatStandsIsNotReplacedByAnother) {
  put("plan.json", nlohmann::json(plan_of(3)).dump());
  put("v360/init.mp4", "what this plan's segments need");

  work();

  EXPECT_EQ(find().renditions.front().total, 3U);
  EXPECT_EQ(find().state, AssetState::ready);
  EXPECT_EQ(text_of("v360/init.mp4"), "what this plan's segments need");
  EXPECT_EQ(text_of("v720/init.mp4"), "content of v720/init.mp4") << "it was missing";
}

TEST_F(EarlierAttempts, InitSegmentWithoutAPlanIsReplaced) {
  const std::string made = "content of v360/init.mp4";
  put("v360/init.mp4", std::string(made.size(), 'x'));  // Of the same size, even.

  work();

  EXPECT_EQ(text_of("v360/init.mp4"), made);
}

TEST_F(EarlierAttempts, ImageOfAnEarlierBuildIsReplaced) {
  put("poster.jpg", "the bytes of another codec");

  work();

  EXPECT_EQ(find().state, AssetState::ready);
  EXPECT_EQ(text_of("poster.jpg"), "content of poster.jpg");
}

}  // namespace
}  // namespace weike::server
