
#include "media/package/avc.hpp"
#include "tests/media/pass_through_clips.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>

// Sources that are handed on as they are: the pictures must be theirs to the bit, and everything
// else as if the rung had been encoded.
namespace weike::media::test {
namespace {

// At uneven places, as cameras and editors put them.
constexpr const char* kUnevenGops = " -g 999 -sc_threshold 0 -force_key_frames 1.48,3.2,6.8,9.2 ";

std::vector<std::string> lines(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> all;
  for (std::string line; std::getline(in, line);) all.push_back(line);
  return all;
}

// A hash of each decoded picture.
std::vector<std::string> picture_hashes(const std::filesystem::path& file) {
  return lines(output_of("ffmpeg -nostdin -v error -xerror -i '" + file.string() +
                         "' -map 0:v -fps_mode passthrough -f framemd5 - | grep -v '^#' | "
                         "awk -F, '{print $6}'"));
}

std::vector<double> times(const std::filesystem::path& file, const std::string& query) {
  std::vector<double> values;
  for (const auto& line :
       lines(output_of("ffprobe -v error -select_streams v " + query +
                       " -show_entries frame=pts_time -of csv=p=0 '" + file.string() + "'")))
    values.push_back(std::stod(line));
  return values;
}

void make_segments_of(const std::filesystem::path& clip, const Plan& plan,
                      const std::vector<std::string>& renditions, MemorySink& sink) {
  const auto last = static_cast<std::uint32_t>(plan.segments.size()) - 1;
  const auto made = run_on(clip, SegmentsTask{plan, renditions, 0, last}, sink);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->at("damaged_frames"), 0);
}

// The content of a file's first box of this type.
std::span<const std::byte> box(std::span<const std::byte> file, std::string_view type) {
  while (file.size() >= 8) {
    std::size_t size = 0;
    for (std::size_t i = 0; i < 4; ++i) size = size << 8 | std::to_integer<std::size_t>(file[i]);
    const std::string_view name(reinterpret_cast<const char*>(file.data()) + 4, 4);
    if (size < 8 || size > file.size()) break;
    if (name == type) return file.subspan(8, size - 8);
    file = file.subspan(size);
  }
  return {};
}

TEST(PassThrough, CopiedPicturesAreTheSourcesOwn) {
  const TempFolder folder;
  const auto clip = folder.path("clip.mp4");
  make_clip(clip, conforming(10, kUnevenGops));
  MemorySink sink;
  const Plan plan = plan_of(clip, sink);
  ASSERT_TRUE(plan.copied) << plan.copied_refused;
  EXPECT_EQ(plan.copied->name, "v480-source");
  EXPECT_EQ(plan.video.front().name, "v480");

  make_segments_of(clip, plan, {"v480-source", "v360"}, sink);

  const auto joined = folder.path("joined.mp4");
  join(plan, sink, "v480-source", joined);
  const auto hashes = picture_hashes(joined);
  EXPECT_EQ(hashes.size(), 250U);
  EXPECT_EQ(hashes, picture_hashes(clip));
}

TEST(PassThrough, SegmentsOfAllRungsBeginAtTheSourcesKeyFrames) {
  const TempFolder folder;
  const auto clip = folder.path("clip.mp4");
  make_clip(clip, conforming(10, kUnevenGops));
  MemorySink sink;
  const Plan plan = plan_of(clip, sink);
  std::vector<std::int64_t> starts;
  for (const Segment& segment : plan.segments) starts.push_back(segment.first_frame);
  // Of the keys at 0, 37, 80, 170 and 230.
  ASSERT_THAT(starts, ::testing::ElementsAre(0, 37, 170));

  make_segments_of(clip, plan, {"v480-source", "v480", "v360"}, sink);

  for (const char* rendition : {"v480-source", "v480", "v360"}) {
    SCOPED_TRACE(rendition);
    const auto joined = folder.path(std::string(rendition) + ".mp4");
    join(plan, sink, rendition, joined);
    const auto shown = times(joined, "");
    ASSERT_EQ(static_cast<std::int64_t>(shown.size()), plan.frame_count);
    for (std::size_t i = 0; i < shown.size(); ++i)
      EXPECT_NEAR(shown[i], static_cast<double>(i) / 25, 0.0005);
    const auto keys = times(joined, "-skip_frame nokey");
    for (const std::int64_t start : starts) {
      EXPECT_TRUE(std::any_of(keys.begin(), keys.end(), [&](double key) {
        return std::abs(key - static_cast<double>(start) / 25) < 0.001;
      })) << start;
    }
  }
}

TEST(PassThrough, EachSegmentPlaysAlone) {
  const TempFolder folder;
  const auto clip = folder.path("clip.mp4");
  make_clip(clip, conforming(9, kUnevenGops));
  MemorySink sink;
  const Plan plan = plan_of(clip, sink);
  ASSERT_TRUE(plan.copied) << plan.copied_refused;
  make_segments_of(clip, plan, {"v480-source"}, sink);

  for (const Segment& segment : plan.segments) {
    const auto file = folder.path("alone.mp4");
    std::ofstream out(file, std::ios::binary);
    for (const std::string& name : {std::string("v480-source/init.mp4"),
                                    "v480-source/" + std::to_string(segment.number) + ".m4s"}) {
      const auto& bytes = sink.files.at(name);
      out.write(reinterpret_cast<const char*>(bytes.data()), std::ssize(bytes));
    }
    out.close();
    const auto shown = times(file, "");
    ASSERT_EQ(std::ssize(shown), segment.frame_count) << segment.number;
    EXPECT_NEAR(shown.front(), static_cast<double>(segment.first_frame) / 25, 0.0005);
  }
}

TEST(PassThrough, OnlySlicesAreLeft) {
  const TempFolder folder;
  const auto clip = folder.path("clip.mp4");
  make_clip(clip, conforming(4) + "-x264-params aud=1:repeat-headers=1 ");
  ASSERT_NE(output_of("cat '" + clip.string() + "'").find("x264 - core"), std::string::npos);
  MemorySink sink;
  const Plan plan = plan_of(clip, sink);
  ASSERT_TRUE(plan.copied) << plan.copied_refused;

  make_segments_of(clip, plan, {"v480-source"}, sink);

  for (const Segment& segment : plan.segments) {
    const auto& file = sink.files.at("v480-source/" + std::to_string(segment.number) + ".m4s");
    const auto units = split_sample(box(file, "mdat"), 4);
    ASSERT_TRUE(units);
    EXPECT_GE(std::ssize(*units), segment.frame_count);
    for (const auto unit : *units) {
      EXPECT_THAT(nal_type(unit), ::testing::AnyOf(NalType::slice, NalType::idr_slice));
    }
  }
}

TEST(PassThrough, SegmentsAreTheSameHoweverTheyAreMade) {
  const TempFolder folder;
  const auto clip = folder.path("clip.mp4");
  make_clip(clip, conforming(10));
  MemorySink together;
  const Plan plan = plan_of(clip, together);
  ASSERT_TRUE(plan.copied) << plan.copied_refused;
  make_segments_of(clip, plan, {"v480-source", "v360"}, together);

  MemorySink alone;
  for (auto number = static_cast<std::uint32_t>(plan.segments.size()); number-- > 0;) {
    const auto made = run_on(clip, SegmentsTask{plan, {"v480-source"}, number, number}, alone);
    ASSERT_TRUE(made) << made.error().message;
  }

  for (const auto& [name, bytes] : alone.files)
    EXPECT_TRUE(together.files.at(name) == bytes) << name;
}

TEST(PassThrough, SoundIsCutWithTheCopiedPictures) {
  const TempFolder folder;
  const auto clip = folder.path("clip.mp4");
  make_clip(clip, pattern(640, 480, "30000/1001", 8) + tone(8) + kX264 + kTwoSecondGops + kTags +
                      "-c:a aac -shortest");
  MemorySink sink;

  const Plan plan = plan_of(clip, sink);

  ASSERT_TRUE(plan.copied) << plan.copied_refused;
  EXPECT_EQ(plan.copied->codecs.substr(0, 5), "avc1.");
  for (const Segment& segment : plan.segments) {
    const double picture = static_cast<double>(segment.first_frame) * 1001 / 30000;
    const double sound = static_cast<double>(segment.first_audio_frame) * 1024 / 48000;
    EXPECT_NEAR(picture, sound, 0.011);
  }
}

TEST(PassThrough, SourceThatChangedSinceThePlanIsRefused) {
  const TempFolder folder;
  const auto clip = folder.path("clip.mp4");
  const auto other = folder.path("other.mp4");
  make_clip(clip, conforming(4));
  make_clip(other, conforming(4) + "-profile:v main ");
  MemorySink sink;
  const Plan plan = plan_of(clip, sink);
  ASSERT_TRUE(plan.copied) << plan.copied_refused;

  const auto made = run_on(other, SegmentsTask{plan, {"v480-source"}, 0, 0}, sink);

  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().reason, "plan_mismatch");
}

struct Profile {
  const char* name;
  const char* arguments;
  const char* codecs;
};
class ConformingProfile : public ::testing::TestWithParam<Profile> {};

TEST_P(ConformingProfile, IsCopied) {
  const TempFolder folder;
  const auto clip = folder.path("clip.mp4");
  make_clip(clip, conforming(3) + GetParam().arguments);
  MemorySink sink;

  const Plan plan = plan_of(clip, sink);

  ASSERT_TRUE(plan.copied) << plan.copied_refused;
  EXPECT_EQ(plan.copied->codecs, GetParam().codecs);
  make_segments_of(clip, plan, {"v480-source"}, sink);
  const auto joined = folder.path("joined.mp4");
  join(plan, sink, "v480-source", joined);
  EXPECT_EQ(picture_hashes(joined), picture_hashes(clip));
}

INSTANTIATE_TEST_SUITE_P(
    Profiles, ConformingProfile,
    ::testing::Values(Profile{"high", "-level 4.1", "avc1.640029"},
                      Profile{"main", "-profile:v main -level 3.1", "avc1.4d401f"},
                      Profile{"constrained_baseline", "-profile:v baseline -level 3.0",
                              "avc1.42c01e"},
                      Profile{"many_slices", "-level 4.0 -slices 4 -coder 0", "avc1.640028"}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace weike::media::test
