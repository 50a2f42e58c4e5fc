#include "tests/media/clips.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace weike::media::test {
namespace {

using ::testing::ElementsAre;
using ::testing::StartsWith;

TEST(Images, AreUprightInTwoSizesWithAPlaceholder) {
  const TempFolder folder;
  const auto file = folder.path("clip.mp4");
  make_clip(file,
            pattern(1280, 720, "10", 3) +
                "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 5 b.mp4 && ffmpeg -v error "
                "-y -i b.mp4 -c copy -metadata:s:v rotate=90");
  MemorySink sink;
  const Plan plan = plan_of(file, sink);
  sink.order.clear();

  const auto result = run_on(file, ImagesTask{plan}, sink);

  ASSERT_TRUE(result) << result.error().message;
  EXPECT_THAT(sink.order, ElementsAre("poster.jpg", "poster_small.jpg"));
  const auto placeholder = result->at("placeholder").get<std::string>();
  EXPECT_THAT(placeholder, StartsWith("data:image/jpeg;base64,"));
  EXPECT_LE(placeholder.size(), 600U);
  EXPECT_GT(placeholder.size(), 100U);
  const auto size_of = [&](const std::string& name) {
    const auto& bytes = sink.files.at(name);
    write_file(folder.path(name), {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    return output_of("ffprobe -v error -show_entries stream=width,height -of csv=p=0 '" +
                     folder.path(name).string() + "'");
  };
  EXPECT_EQ(size_of("poster.jpg"), "720,1280\n");
  EXPECT_EQ(size_of("poster_small.jpg"), "270,480\n");
}

}  // namespace
}  // namespace weike::media::test
