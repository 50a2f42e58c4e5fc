#include "media/package/av1.hpp"

#include "tests/media/clips.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

// The background rung: AV1 in the place of the 480 rung.
namespace weike::media::test {
namespace {

constexpr const char* kX264 = " -c:v libx264 -preset ultrafast -pix_fmt yuv420p ";

std::vector<std::string> lines(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> all;
  for (std::string line; std::getline(in, line);) all.push_back(line);
  return all;
}

std::string field(const std::filesystem::path& file, const std::string& query) {
  return output_of("ffprobe -v error -select_streams v " + query + " -of csv=p=0 '" +
                   file.string() + "'");
}

Result<nlohmann::json> make_rung(const std::filesystem::path& clip, const Plan& plan,
                                 std::uint32_t first, std::uint32_t last, MemorySink& sink) {
  return run_on(clip, SegmentsTask{plan, {"v480-av1"}, first, last}, sink);
}

TEST(BackgroundRung, DecodesToTheSamePicturesInTime) {
  const TempFolder folder;
  const auto clip = folder.path("clip.mp4");
  make_clip(clip, pattern(640, 480, "10", 7) + kX264 + "-crf 10 ");
  MemorySink sink;
  const Plan plan = plan_of(clip, sink);
  ASSERT_TRUE(plan.background);
  EXPECT_EQ(plan.background->codecs, "av01.0.05M.08");

  const auto made = make_rung(clip, plan, 0, 1, sink);

  ASSERT_TRUE(made) << made.error().message;
  const auto joined = folder.path("joined.mp4");
  join(plan, sink, "v480-av1", joined);
  EXPECT_EQ(field(joined,
                  "-show_entries stream=codec_name,profile,pix_fmt,level,color_range,"
                  "color_space,color_transfer,color_primaries"),
            "av1,Main,yuv420p,5,tv,bt709,bt709,bt709\n");
  const auto times = lines(field(joined, "-show_entries frame=pts_time"));
  ASSERT_EQ(std::ssize(times), plan.frame_count);
  for (std::size_t i = 0; i < times.size(); ++i)
    EXPECT_NEAR(std::stod(times[i]), static_cast<double>(i) / 10, 0.0005);
  const std::string similarity =
      output_of("ffmpeg -nostdin -hide_banner -c:v libdav1d -i '" + joined.string() + "' -i '" +
                clip.string() +
                "' -lavfi '[0:v][1:v]ssim' -f null - 2>&1 | grep -o 'All:[0-9.]*' | cut -c5-");
  EXPECT_GT(std::stod(similarity), 0.9);
}

TEST(BackgroundRung, EverySyncSampleBeginsAGop) {
  const TempFolder folder;
  const auto clip = folder.path("clip.mp4");
  make_clip(clip, pattern(640, 480, "10", 7) + kX264);
  MemorySink sink;
  Plan plan = plan_of(clip, sink);
  plan.skips_stills = false;
  ASSERT_EQ(plan.segments.size(), 2U);

  ASSERT_TRUE(make_rung(clip, plan, 0, 1, sink));

  const auto joined = folder.path("joined.mp4");
  join(plan, sink, "v480-av1", joined);
  const auto flags = lines(field(joined, "-show_entries packet=pts_time,flags"));
  std::vector<double> keys;
  for (const auto& line : flags) {
    if (line.find('K') != std::string::npos) keys.push_back(std::stod(line));
  }
  EXPECT_THAT(keys, ::testing::ElementsAre(0, 2, 4, 6));
  const auto decoded = lines(field(joined, "-show_entries frame=pts_time,pict_type"));
  for (const auto& line : decoded) {
    const bool is_key = std::fmod(std::stod(line) + 0.001, 2) < 0.01;
    EXPECT_EQ(line.find('I') != std::string::npos, is_key) << line;
  }
}

TEST(BackgroundRung, SegmentsAreTheSameHoweverTheyAreMade) {
  const TempFolder folder;
  const auto clip = folder.path("clip.mp4");
  make_clip(clip, pattern(640, 480, "12", 6) + kX264 + "-g 30 ");
  MemorySink together;
  const Plan plan = plan_of(clip, together);
  const auto last = static_cast<std::uint32_t>(plan.segments.size()) - 1;
  ASSERT_EQ(last, 1U);
  SegmentsTask all{plan, {"v480", "v480-av1", "v360"}, 0, last};
  ASSERT_TRUE(run_on(clip, all, together));

  for (int round = 0; round < 2; ++round) {
    MemorySink alone;
    for (const std::uint32_t number : {1U, 0U})
      ASSERT_TRUE(make_rung(clip, plan, number, number, alone));
    for (const auto& [name, bytes] : alone.files)
      EXPECT_TRUE(together.files.at(name) == bytes) << name;
  }
}

// The sequence header is foretold; the encoder refuses to work when it says anything else.
class BackgroundSizes : public ::testing::TestWithParam<const char*> {};

TEST_P(BackgroundSizes, HeaderIsTheEncodersOwn) {
  const TempFolder folder;
  const auto clip = folder.path("clip.mp4");
  make_clip(clip, std::string(" -f lavfi -i testsrc2=duration=2:") + GetParam() + kX264);
  MemorySink sink;
  const Plan plan = plan_of(clip, sink);
  ASSERT_TRUE(plan.background);

  const auto made = make_rung(clip, plan, 0, 0, sink);

  ASSERT_TRUE(made) << made.error().message;
  const auto joined = folder.path("joined.mp4");
  join(plan, sink, "v480-av1", joined);
  EXPECT_EQ(field(joined, "-show_entries stream=width,height"),
            std::to_string(plan.background->width) + "," + std::to_string(plan.background->height) +
                "\n");
}

INSTANTIATE_TEST_SUITE_P(Sizes, BackgroundSizes,
                         ::testing::Values("size=854x480:rate=5", "size=480x854:rate=5",
                                           "size=480x480:rate=30000/1001", "size=512x480:rate=5",
                                           "size=1280x480:rate=25", "size=1400x480:rate=5"),
                         [](const auto& row) {
                           std::string name;
                           for (const char c : std::string(row.param))
                             if (std::isalnum(static_cast<unsigned char>(c))) name += c;
                           return name;
                         });

// SVT-AV1 waits for ever when it is closed in the middle of its work.
class FullDisk final : public OutputSink {
 public:
  Result<> put(const std::string&, std::span<const std::byte>) override {
    return Error{ErrorCode::out_of_space, "full", "disk"};
  }
  void progress(std::int64_t, std::int64_t) override {}
};

TEST(BackgroundRung, EndsWhereverItIsStopped) {
  const TempFolder folder;
  const auto clip = folder.path("clip.mp4");
  make_clip(clip, pattern(640, 480, "10", 7) + kX264);
  MemorySink sink;
  Plan plan = plan_of(clip, sink);
  const File input(clip);
  FullDisk full_disk;

  const auto halfway =
      run_task(input.descriptor(), SegmentsTask{plan, {"v480-av1"}, 0, 1}, full_disk);
  plan.background->init_sha256[0] ^= 1;
  const auto before_the_first_picture = make_rung(clip, plan, 0, 0, sink);

  ASSERT_FALSE(halfway);
  EXPECT_EQ(halfway.error().reason, "disk");
  ASSERT_FALSE(before_the_first_picture);
  EXPECT_EQ(before_the_first_picture.error().reason, "plan_mismatch");
}

TEST(BackgroundRung, IsLeftOutOnRequestAndBelow480) {
  const TempFolder folder;
  const auto clip = folder.path("clip.mp4");
  make_clip(clip, pattern(640, 480, "10", 2) + kX264);
  make_clip(folder.path("small.mp4"), pattern(320, 240, "10", 2) + kX264);
  ProbeTask task{"source", Limits{}};
  task.options.has_av1 = false;
  MemorySink sink;

  const auto result = run_on(clip, task, sink);

  ASSERT_TRUE(result);
  EXPECT_FALSE(result->at("plan").contains("background"));
  EXPECT_FALSE(sink.files.contains("v480-av1/init.mp4"));
  EXPECT_FALSE(plan_of(folder.path("small.mp4"), sink).background);
}

TEST(Av1Sample, LosesItsDelimiterAndNothingElse) {
  const auto bytes = [](std::initializer_list<int> values) {
    Bytes all;
    for (const int value : values) all.push_back(static_cast<std::byte>(value));
    return all;
  };

  EXPECT_EQ(to_av1_sample(bytes({0x12, 0x00, 0x1a, 0x02, 0x55, 0x66})),
            bytes({0x1a, 0x02, 0x55, 0x66}));
  EXPECT_EQ(to_av1_sample(bytes({0x1a, 0x03, 0x55, 0x66})), std::nullopt) << "cut short";
  EXPECT_EQ(to_av1_sample(bytes({0x18, 0x55})), std::nullopt) << "without a size";
  EXPECT_EQ(to_av1_sample(bytes({0x1a, 0xff, 0xff})), std::nullopt) << "endless size";
  EXPECT_EQ(to_av1_sample({}), Bytes());
}

}  // namespace
}  // namespace weike::media::test
