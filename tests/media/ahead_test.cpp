#include "media/transcode/picture_shelf.hpp"
#include "tests/media/clips.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// Of a first segment the smallest rung and the sound are made ahead of the rest.
namespace weike::media::test {
namespace {

using ::testing::ElementsAre;

using Names = std::vector<std::string>;

Names all_of(const Plan& plan) {
  Names names;
  for (const auto& rung : plan.video) names.push_back(rung.name);
  for (const auto& rung : plan.audio) names.push_back(rung.name);
  return names;
}

struct Row {
  const char* name;
  const char* arguments;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

class Ahead : public ::testing::TestWithParam<Row> {};

TEST_P(Ahead, FirstSegmentHasTheSameBytesAndIsSeenAlike) {
  const TempFolder folder;
  const auto clip = folder.path("clip.mp4");
  make_clip(clip, pattern(1280, 720, "25", 4) + tone(4) + GetParam().arguments +
                      " -g 50 -pix_fmt yuv420p -c:a aac -shortest");
  MemorySink init;
  const Plan plan = plan_of(clip, init);
  ASSERT_EQ(plan.video.size(), 3U);
  const auto names = all_of(plan);
  MemorySink at_once;
  ASSERT_TRUE(run_on(clip, SegmentsTask{plan, names, 0, 0}, at_once));

  MemorySink sink;
  const auto made =
      run_on(clip, SegmentsTask{plan, names, 0, 0, {plan.video.back().name, "a128"}}, sink);

  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->at("frames"), plan.segments.front().frame_count);
  EXPECT_TRUE(sink.files == at_once.files);
  EXPECT_EQ(nlohmann::json(sink.observations), nlohmann::json(at_once.observations));
}

INSTANTIATE_TEST_SUITE_P(
    Sources, Ahead,
    ::testing::Values(Row{"upright", "-c:v libx264 -preset ultrafast"},
                      Row{"turned",
                          "-c:v libx264 -preset ultrafast "
                          "-bsf:v h264_metadata=display_orientation=insert:rotate=90"},
                      Row{"wide_pixels", "-vf setsar=4/3 -c:v libx264 -preset ultrafast"},
                      Row{"too_few_frames", "-vf fps=5 -c:v libx264 -preset ultrafast"}));

TEST(AheadOrder, IsFirstAndTheLargestRungLast) {
  const TempFolder folder;
  const auto clip = folder.path("clip.mp4");
  make_clip(clip, pattern(1280, 720, "10", 3) + tone(3) +
                      "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac -shortest");
  MemorySink sink;
  const Plan plan = plan_of(clip, sink);
  sink.order.clear();

  ASSERT_TRUE(run_on(clip, SegmentsTask{plan, all_of(plan), 0, 0, {"v360", "a128", "a64"}}, sink));

  EXPECT_THAT(sink.order,
              ElementsAre("v360/0.m4s", "a128/0.m4s", "a64/0.m4s", "v480/0.m4s", "v720/0.m4s"));
}

// Cuts the source off as soon as something of it is made.
class CuttingSink final : public OutputSink {
 public:
  explicit CuttingSink(std::filesystem::path source) : source_(std::move(source)) {}
  Result<> put(const std::string& name, std::span<const std::byte>) override {
    if (puts.empty()) std::filesystem::resize_file(source_, 0);
    puts.push_back(name);
    return {};
  }
  void progress(std::int64_t, std::int64_t) override {}
  Names puts;

 private:
  const std::filesystem::path source_;
};

TEST(AheadPictures, AreDecodedOnce) {
  const TempFolder folder;
  const auto clip = folder.path("clip.mp4");
  make_clip(clip, pattern(1280, 720, "10", 3) + "-c:v libx264 -preset ultrafast -pix_fmt yuv420p");
  MemorySink init;
  const Plan plan = plan_of(clip, init);
  CuttingSink sink(clip);
  const File file(clip);

  const auto made =
      run_task(file.descriptor(), SegmentsTask{plan, all_of(plan), 0, 0, {"v360"}}, sink);

  ASSERT_TRUE(made) << made.error().message;
  EXPECT_THAT(sink.puts, ElementsAre("v360/0.m4s", "v480/0.m4s", "v720/0.m4s"));
}

TEST(AheadPictures, AreDecodedAgainWhereTheyAreTooManyToKeep) {
  Plan plan;
  plan.video = {{.name = "v1080", .width = 1920, .height = 1080}};

  EXPECT_TRUE(PictureShelf::has_room_for(plan, {0, 0, 60, 0, 0}));
  EXPECT_FALSE(PictureShelf::has_room_for(plan, {0, 0, 120, 0, 0}));

  const TempFolder folder;
  const auto clip = folder.path("clip.mp4");
  make_clip(clip, pattern(1920, 1080, "30", 4) + "-c:v libx264 -preset ultrafast -pix_fmt yuv420p");
  MemorySink sink;
  plan = plan_of(clip, sink);
  plan.segments = {{0, 0, plan.frame_count, 0, 0}};
  ASSERT_FALSE(PictureShelf::has_room_for(plan, plan.segments.front()));
  EXPECT_TRUE(run_on(clip, SegmentsTask{plan, all_of(plan), 0, 0, {"v360"}}, sink));
  EXPECT_TRUE(sink.files.contains("v1080/0.m4s"));
}

TEST(AheadTask, IsRefusedWithWhatItDoesNotMake) {
  MemorySink sink;
  Plan plan;
  plan.frame_rate = {25, 1};
  plan.video = {{.name = "v360", .width = 640, .height = 360}};
  plan.segments = {{0, 0, 50, 0, 0}, {1, 50, 50, 0, 0}};

  for (const auto& task : {SegmentsTask{plan, {"v360"}, 0, 0, {"a128"}},
                           SegmentsTask{plan, {"v360"}, 0, 1, {"v360"}}}) {
    const auto made = run_on("/dev/null", task, sink);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().reason, "bad_task");
  }
}

}  // namespace
}  // namespace weike::media::test
