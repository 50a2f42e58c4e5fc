#include "media/package/playlists.hpp"
#include "tests/media/clips.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace weike::media::test {
namespace {

constexpr const char* kFast = " -c:v libx264 -preset ultrafast -pix_fmt yuv420p ";

std::vector<double> numbers(const std::string& text) {
  std::istringstream in(text);
  std::vector<double> values;
  for (std::string line; std::getline(in, line);) {
    if (!line.empty() && line != "N/A") values.push_back(std::stod(line));
  }
  return values;
}

std::string probe_field(const std::filesystem::path& file, const std::string& query) {
  return output_of("ffprobe -v error " + query + " -of default=nw=1:nk=1 '" + file.string() + "'");
}

TEST(Segments, JoinedFilesHaveEveryFrameInTime) {
  const TempFolder folder;
  const auto clip = folder.path("clip.mp4");
  make_clip(clip,
            pattern(640, 480, "30000/1001", 7) + tone(7) + kFast + "-g 90 -c:a aac -shortest");
  MemorySink sink;
  const Plan plan = plan_of(clip, sink);
  ASSERT_EQ(plan.segments.size(), 2U);  // 60 frames, then the rest.

  make_all(clip, plan, sink);

  for (const auto& rung : plan.video) {
    SCOPED_TRACE(rung.name);
    const auto joined = folder.path(rung.name + ".mp4");
    join(plan, sink, rung.name, joined);
    const auto times = numbers(probe_field(joined, "-show_entries frame=pts_time"));
    ASSERT_EQ(static_cast<std::int64_t>(times.size()), plan.frame_count);
    for (std::size_t i = 0; i < times.size(); ++i)
      EXPECT_NEAR(times[i], static_cast<double>(i) * 1001 / 30000, 0.0005);
    const auto key_times =
        numbers(probe_field(joined, "-skip_frame nokey -show_entries frame=pts_time"));
    ASSERT_EQ(key_times.size(), 4U);
    for (std::size_t i = 0; i < key_times.size(); ++i)
      EXPECT_NEAR(key_times[i], static_cast<double>(i) * 60 * 1001 / 30000, 0.0005);
  }
}

}  // namespace
}  // namespace weike::media::test
