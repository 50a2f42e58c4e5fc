#include "tests/media/clips.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

// Odd but honest sources: what comes out must look like what ffmpeg itself shows.
namespace weike::media::test {
namespace {

constexpr const char* kX264 = " -c:v libx264 -preset ultrafast ";

struct SourceRow {
  const char* name;
  const char* file;
  std::string arguments;
  std::string frame_rate;
  std::int64_t frames;
  std::string top_size;
};

void PrintTo(const SourceRow& row, std::ostream* out) { *out << row.name; }

class OddSource : public ::testing::TestWithParam<SourceRow> {};

// One frame near `seconds`, upright, as 32x32 RGB.
std::string picture_at(const std::filesystem::path& file, double seconds) {
  return output_of("ffmpeg -nostdin -v error -i '" + file.string() +
                   "' -vf \"fps=30,select='gte(t," + std::to_string(seconds) +
                   ")'\" -frames:v 1 -s 32x32 -sws_flags area -f rawvideo -pix_fmt rgb24 -");
}

double mean_difference(const std::string& a, const std::string& b) {
  if (a.size() != b.size() || a.empty()) return 999;
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    sum += std::abs(int{static_cast<unsigned char>(a[i])} - int{static_cast<unsigned char>(b[i])});
  return sum / static_cast<double>(a.size());
}

TEST_P(OddSource, GivesTheSamePicturesOnAConstantGrid) {
  const SourceRow& row = GetParam();
  const TempFolder folder;
  const auto file = folder.path(row.file);
  make_clip(file, row.arguments);
  MemorySink sink;
  const Plan plan = plan_of(file, sink);
  ASSERT_FALSE(plan.video.empty());
  EXPECT_EQ(std::to_string(plan.frame_rate.num) + "/" + std::to_string(plan.frame_rate.den),
            row.frame_rate);
  EXPECT_NEAR(static_cast<double>(plan.frame_count), static_cast<double>(row.frames), 1);
  const VideoRung& top = plan.video.front();
  EXPECT_EQ(std::to_string(top.width) + "x" + std::to_string(top.height), row.top_size);

  make_all(file, plan, sink, 1);

  const auto joined = folder.path("joined.mp4");
  join(plan, sink, top.name, joined);
  const double late = static_cast<double>(plan.frame_count) / plan.frame_rate.value() - 0.55;
  for (const double seconds : {0.0, late}) {
    SCOPED_TRACE(seconds);
    EXPECT_LT(mean_difference(picture_at(joined, seconds), picture_at(file, seconds)), 12);
  }
}

// A picture whose sides and corners all differ, with a slow change.
std::string corners(int width, int height, const std::string& fps, double seconds) {
  return " -f lavfi -i smptehdbars=size=" + std::to_string(width) + "x" + std::to_string(height) +
         ":rate=" + fps + ":duration=" + std::to_string(seconds) +
         " -vf drawbox=0:0:iw/4:ih/4:red:fill,drawbox=iw*3/4:ih*3/4:iw/4:ih/4:lime:fill";
}

INSTANTIATE_TEST_SUITE_P(
    Table, OddSource,
    ::testing::Values(
        SourceRow{"portrait_by_matrix", "a.mp4",
                  corners(320, 240, "25", 2.4) + kX264 +
                      "-pix_fmt yuv420p b.mp4 && ffmpeg -v error -y -i b.mp4 -c copy "
                      "-metadata:s:v rotate=90",
                  "25/1", 60, "240x320"},
        SourceRow{"upside_down", "a.mov",
                  corners(320, 240, "25", 2.4) + kX264 +
                      "-pix_fmt yuv420p b.mov && ffmpeg -v error -y -i b.mov -c copy "
                      "-metadata:s:v rotate=180",
                  "25/1", 60, "320x240"},
        SourceRow{"odd_size_444", "a.mp4",
                  corners(319, 239, "25", 2.4) + kX264 + "-pix_fmt yuv444p", "25/1", 60, "318x238"},
        SourceRow{"full_range", "a.mp4",
                  corners(320, 240, "25", 2.4) + ",scale=out_range=pc" + kX264 +
                      "-pix_fmt yuvj420p -color_range pc",
                  "25/1", 60, "320x240"},
        SourceRow{"ten_bits", "a.mp4",
                  corners(320, 240, "25", 2.4) + kX264 + "-pix_fmt yuv420p10le", "25/1", 60,
                  "320x240"},
        SourceRow{"anamorphic", "a.mp4",
                  corners(240, 240, "25", 2.4) + ",setsar=4/3" + kX264 + "-pix_fmt yuv420p", "25/1",
                  60, "320x240"},
        SourceRow{"sixty", "a.mp4", corners(320, 240, "60", 2.4) + kX264 + "-pix_fmt yuv420p",
                  "30/1", 72, "320x240"},
        SourceRow{"slides", "a.mp4", corners(320, 240, "1", 4) + kX264 + "-pix_fmt yuv420p", "10/1",
                  40, "320x240"},
        SourceRow{"webm", "a.webm",
                  corners(320, 240, "25", 2.4) + " -c:v libvpx -deadline realtime -cpu-used 8",
                  "25/1", 60, "320x240"},
        SourceRow{"ts_at_twenty_hours", "a.ts",
                  corners(320, 240, "25", 6) + kX264 +
                      "-pix_fmt yuv420p -g 125 -bf 2 -output_ts_offset 72000",
                  "25/1", 150, "320x240"},
        SourceRow{"interlaced", "a.mpg",
                  corners(320, 240, "25", 5) + " -c:v mpeg2video -flags +ildct+ilme -b:v 2M",
                  "25/1", 125, "320x240"},
        SourceRow{"avi_mpeg4", "a.avi", corners(320, 240, "25", 2.4) + " -c:v mpeg4 -b:v 1M",
                  "25/1", 60, "320x240"}));

TEST(Sources, HdrIsToneMapped) {
  const TempFolder folder;
  const auto file = folder.path("hlg.mp4");
  make_clip(file, corners(320, 240, "25", 2) + ",format=yuv420p10le" + kX264 +
                      "-color_primaries bt2020 -color_trc arib-std-b67 -colorspace bt2020nc");
  MemorySink sink;
  const Plan plan = plan_of(file, sink);
  ASSERT_EQ(plan.tone_curve, ToneCurve::hlg);

  make_all(file, plan, sink);

  const auto joined = folder.path("joined.mp4");
  join(plan, sink, plan.video.front().name, joined);
  EXPECT_EQ(output_of("ffprobe -v error -select_streams v -show_entries "
                      "stream=pix_fmt,color_range,color_space,color_transfer,color_primaries "
                      "-of csv=p=0 '" +
                      joined.string() + "'"),
            "yuv420p,tv,bt709,bt709,bt709\n");
}

}  // namespace
}  // namespace weike::media::test
