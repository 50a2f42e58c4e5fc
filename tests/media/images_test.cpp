#include "media/images/crops.hpp"
#include "media/images/image_files.hpp"
#include "media/images/storyboard.hpp"
#include "tests/media/clips.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace weike::media::test {
namespace {

using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class Images : public ::testing::Test {
 protected:
  std::filesystem::path clip(const std::string& arguments) {
    const auto file = folder.path("clip.mp4");
    make_clip(file, arguments);
    return file;
  }
  nlohmann::json make(const std::filesystem::path& file) {
    plan = plan_of(file, sink);
    sink.order.clear();
    const auto result = make_images_of(file, plan, sink);
    EXPECT_TRUE(result) << result.error().message;
    return result ? *result : nlohmann::json();
  }
  std::filesystem::path saved(const std::string& name) {
    const auto& bytes = sink.files.at(name);
    write_file(folder.path(name), {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    return folder.path(name);
  }
  std::string size_of(const std::string& name) {
    return output_of("ffprobe -v error -show_entries stream=width,height -of csv=p=0:s=x '" +
                     saved(name).string() + "'");
  }
  // Mean of red, green and blue of a part of an image, "x:y:w:h".
  std::vector<int> colour_of(const std::string& name, const std::string& part) {
    std::vector<std::string> numbers;
    std::string rest = part;
    for (std::size_t at = 0; (at = rest.find(':')) != std::string::npos; rest.erase(0, at + 1))
      numbers.push_back(rest.substr(0, at));
    numbers.push_back(rest);
    const auto raw =
        output_of("ffmpeg -v error -i '" + saved(name).string() + "' -vf crop=" + numbers[2] + ":" +
                  numbers[3] + ":" + numbers[0] + ":" + numbers[1] +
                  ",scale=1:1:flags=area,format=rgb24 -f rawvideo - | od -An -tu1");
    std::vector<int> colour;
    char* end = nullptr;
    for (const char* at = raw.c_str(); colour.size() < 3; at = end)
      colour.push_back(static_cast<int>(std::strtol(at, &end, 10)));
    return colour;
  }

  const TempFolder folder;
  MemorySink sink;
  Plan plan;
};

TEST_F(Images, AreUprightInAllShapesWithPlaceholders) {
  const auto file =
      clip(pattern(1280, 720, "10", 3) +
           "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 5 b.mp4 && ffmpeg -v error "
           "-y -i b.mp4 -c copy -metadata:s:v rotate=90");

  const auto result = make(file);

  EXPECT_THAT(sink.order, ElementsAreArray(image_files(plan)));
  ASSERT_EQ(result.at("placeholders").size(), 3U);
  for (const auto& each : result.at("placeholders")) {
    const auto placeholder = each.get<std::string>();
    EXPECT_THAT(placeholder, StartsWith("data:image/jpeg;base64,"));
    EXPECT_LE(placeholder.size(), 600U);
    EXPECT_GT(placeholder.size(), 100U);
  }
  const std::pair<std::string, std::string> sizes[] = {
      {"poster.jpg", "720x1280\n"},       {"poster_small_2.jpg", "270x480\n"},
      {"cover_1_16x9.webp", "720x404\n"}, {"cover_2_5x4.jpg", "640x512\n"},
      {"cover_3_1x1.webp", "640x640\n"},  {"cover_1_9x16.jpg", "540x960\n"},
      {"storyboard_1.jpg", "900x160\n"},
  };
  for (const auto& [name, size] : sizes) EXPECT_EQ(size_of(name), size) << name;
}

TEST_F(Images, CandidatesAreTheSharpOnesNotTheDarkAndBlurredOnes) {
  // Each third of 4 s is blurred or black at first and sharp in its second half.
  const auto file = clip(
      "-f lavfi -i testsrc2=s=640x360:r=10:d=12 -vf \"gblur=sigma=20:enable='eq(mod(floor(t/2),4),"
      "0)',eq=brightness=-1:enable='eq(mod(floor(t/2),4),2)'\" -c:v libx264 -preset ultrafast "
      "-pix_fmt yuv420p -g 10");

  make(file);

  const auto blur = output_of(
      "ffmpeg -v error -f lavfi -i testsrc2=s=640x360:r=10:d=1 -vf "
      "gblur=sigma=20 -frames:v 1 -q:v 4 -f mjpeg - | wc -c");
  for (int candidate = 1; candidate <= 3; ++candidate) {
    const auto& poster = sink.files.at(poster_file(candidate));
    EXPECT_GT(poster.size(), 2 * std::stoul(blur)) << candidate;
  }
}

TEST_F(Images, StoryboardShowsEachTimeItsPicture) {
  // Red for the first two seconds, then green, then blue; one key frame for the whole clip.
  const auto file = clip(
      "-f lavfi -i color=red:s=320x180:r=10:d=2 -f lavfi -i color=lime:s=320x180:r=10:d=2 -f lavfi "
      "-i color=blue:s=320x180:r=10:d=2 -filter_complex concat=n=3 -c:v libx264 -preset ultrafast "
      "-pix_fmt yuv420p -g 100 -sc_threshold 0");

  make(file);

  const auto layout = storyboard_layout(plan);
  ASSERT_EQ(layout.tiles, 3);
  ASSERT_EQ(layout.step_ms, 2000);
  for (int tile = 0; tile < 3; ++tile) {
    const auto colour =
        colour_of("storyboard_1.jpg", std::to_string(tile * 160 + 40) + ":20:80:50");
    for (int channel = 0; channel < 3; ++channel) {
      if (channel == tile)
        EXPECT_GT(colour[static_cast<std::size_t>(channel)], 200) << tile;
      else
        EXPECT_LT(colour[static_cast<std::size_t>(channel)], 60) << tile;
    }
  }
}

TEST_F(Images, NeedAReel) {
  const auto file = clip(pattern(320, 180, "10", 2) + "-c:v libx264 -pix_fmt yuv420p");
  plan = plan_of(file, sink);

  const auto result = run_on(file, ImagesTask{plan}, sink);

  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::invalid_argument);
}

TEST_F(Images, AreTheSameEveryTime) {
  const auto file =
      clip(pattern(640, 360, "25", 4) + "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 25");
  make(file);
  const auto first = sink.files;
  sink = MemorySink();

  make(file);

  for (const auto& name : image_files(plan)) EXPECT_EQ(sink.files.at(name), first.at(name)) << name;
}

TEST(Storyboard, LongLessonsHaveSparserTilesOnMoreSheets) {
  Plan plan;
  plan.frame_rate = {25, 1};
  plan.video = {{.name = "v1080", .width = 1080, .height = 1920}};
  const struct {
    std::int64_t seconds, step_ms;
    int tiles, sheets, last_rows;
  } rows[] = {
      {1, 2000, 1, 1, 1}, {60, 2000, 30, 1, 3}, {400, 4000, 100, 1, 10}, {1800, 5000, 360, 4, 6}};

  for (const auto& row : rows) {
    plan.frame_count = row.seconds * 25;
    const auto layout = storyboard_layout(plan);
    EXPECT_EQ(layout.step_ms, row.step_ms) << row.seconds;
    EXPECT_EQ(layout.tiles, row.tiles) << row.seconds;
    EXPECT_EQ(layout.sheets, row.sheets) << row.seconds;
    EXPECT_EQ(layout.rows_on(layout.sheets), row.last_rows) << row.seconds;
    EXPECT_EQ(layout.tile_width, 90);
  }
}

TEST(Storyboard, TextNamesTilesUpToTheEnd) {
  Plan plan;
  plan.frame_rate = {30, 1};
  plan.frame_count = 30 * 23;
  plan.video = {{.name = "v720", .width = 1280, .height = 720}};

  const auto text = storyboard_vtt(plan);

  EXPECT_THAT(text, StartsWith("WEBVTT\n\n00:00:00.000 --> 00:00:02.000\n"
                               "storyboard_1.jpg#xywh=0,0,160,90\n"));
  EXPECT_THAT(text,
              HasSubstr("00:00:22.000 --> 00:00:23.000\nstoryboard_1.jpg#xywh=160,90,160,90\n"));
}

TEST(Crops, FollowTheDetailAndElseStayInTheMiddle) {
  Detail detail{std::vector<double>(160, 1), std::vector<double>(90, 1)};

  const auto middle = best_crop(1280, 720, kCoverShapes[2], detail);
  EXPECT_EQ(middle, (Crop{280, 0, 720, 720}));
  for (std::size_t x = 130; x < 160; ++x) detail.columns[x] = 50;
  const auto right = best_crop(1280, 720, kCoverShapes[2], detail);
  EXPECT_EQ(right, (Crop{560, 0, 720, 720}));
  const auto portrait = best_crop(720, 1280, kCoverShapes[0], detail);
  EXPECT_EQ(portrait.width, 720);
  EXPECT_EQ(portrait.height, 404);
}

}  // namespace
}  // namespace weike::media::test
