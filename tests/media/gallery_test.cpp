// From which places of a lesson its covers and its storyboard come, and what they cost.
#include "media/images/gallery.hpp"

#include "media/images/cover_source.hpp"
#include "media/images/picture_score.hpp"
#include "media/images/reel.hpp"
#include "media/images/reel_reader.hpp"
#include "media/images/storyboard.hpp"
#include "tests/media/clips.hpp"
#include "tests/media/decoded.hpp"
#include "tests/media/packaged_clip.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>

namespace weike::media::test {
namespace {

using ::testing::Each;
using ::testing::Ge;
using ::testing::UnorderedElementsAre;

constexpr const char* kX264 = " -c:v libx264 -preset ultrafast -pix_fmt yuv420p -sc_threshold 0 ";

// A test picture that is a blur, but for the second from each of these times on.
std::string sharp_at(const std::string& size, const std::string& rate, int seconds,
                     const std::vector<int>& times) {
  std::string blurred = "1";
  for (const int time : times)
    blurred += "*not(between(t," + std::to_string(time) + "," + std::to_string(time) + ".99))";
  return "-f lavfi -i testsrc2=s=" + size + ":r=" + rate + ":d=" + std::to_string(seconds) +
         " -vf \"boxblur=16:2:enable='" + blurred + "'\"" + kX264;
}

class GalleryTest : public ::testing::Test {
 protected:
  std::filesystem::path clip(const std::string& arguments, const std::string& name = "clip.mp4") {
    const auto file = folder.path(name);
    make_clip(file, arguments);
    return file;
  }
  // Makes the smallest rung and its reel.
  void prepare(const std::filesystem::path& file, const Trim& trim = {}) {
    const auto probed = run_on(file, ProbeTask{"source", Limits{}, {}, trim}, sink);
    ASSERT_TRUE(probed && probed->contains("plan"));
    plan = probed->at("plan").get<Plan>();
    const auto last = static_cast<std::uint32_t>(plan.segments.size() - 1);
    ASSERT_TRUE(run_on(file, SegmentsTask{plan, {reel_rendition(plan)}, 0, last}, sink));
    reel.emplace(reel_of(plan, sink));
  }
  Gallery collect(const std::filesystem::path& file) {
    const File input(file);
    auto gallery = collect_gallery({input.descriptor(), reel->descriptor()}, plan, sink);
    EXPECT_TRUE(gallery) << gallery.error().message;
    return gallery ? std::move(*gallery) : Gallery{};
  }
  double score_of(const AVFrame& picture) { return picture_score(**Judge(plan).reduce(picture)); }
  std::vector<double> scores_of(const std::vector<FramePtr>& pictures) {
    std::vector<double> scores;
    for (const FramePtr& picture : pictures) scores.push_back(score_of(*picture));
    return scores;
  }
  static std::vector<int> widths_of(const std::vector<FramePtr>& pictures) {
    std::vector<int> widths;
    for (const FramePtr& picture : pictures) widths.push_back(picture->width);
    return widths;
  }
  // Of the middle of a picture: luma, blue and red difference.
  static std::array<int, 3> colour_of(const AVFrame& picture) {
    const auto at = [&](int plane, int shift) {
      return int{picture.data[plane][std::ptrdiff_t{picture.height >> (shift + 1)} *
                                         picture.linesize[plane] +
                                     (picture.width >> (shift + 1))]};
    };
    return {at(0, 0), at(1, 1), at(2, 1)};
  }

  const TempFolder folder;
  MemorySink sink;
  Plan plan;
  std::optional<MemoryFile> reel;
};

TEST_F(GalleryTest, ReelHasTheKeyFrameNearestToEachTile) {
  // GOPs of 60 frames are 2.002 s, so each tile's key frame is a little later than the tile.
  prepare(clip(pattern(320, 180, "30000/1001", 21) + kX264));

  const auto frames = reel_frames(plan);

  ASSERT_EQ(frames.size(), 11U);
  for (std::size_t i = 0; i < frames.size(); ++i)
    EXPECT_EQ(frames[i].number, 60 * static_cast<std::int64_t>(i));
  const auto film = folder.path("reel.mp4");
  std::string bytes(reel->size_bytes(), '\0');
  ASSERT_EQ(::pread(reel->descriptor(), bytes.data(), bytes.size(), 0),
            static_cast<ssize_t>(bytes.size()));
  write_file(film, bytes);
  const auto times = numbers_of(probed(film, "-show_entries frame=pts_time"));
  ASSERT_EQ(times.size(), frames.size());
  for (std::size_t i = 0; i < times.size(); ++i)
    EXPECT_NEAR(times[i], static_cast<double>(i) * 2.002, 0.001);
}

TEST_F(GalleryTest, ReelOfALongLessonHasNoMoreFramesThanTheStoryboardTiles) {
  plan.frame_rate = {25, 1};
  plan.gop_frames = 50;
  plan.video = {{.name = "v360", .width = 640, .height = 360}};
  for (std::uint32_t i = 0; i < 450; ++i) {
    plan.segments.push_back({.number = i, .first_frame = plan.frame_count, .frame_count = 100});
    plan.frame_count += 100;
  }

  const auto frames = reel_frames(plan);

  const auto layout = storyboard_layout(plan);
  ASSERT_EQ(layout.step_ms, 5000);
  ASSERT_EQ(frames.size(), static_cast<std::size_t>(layout.tiles));
  for (std::size_t i = 0; i < frames.size(); ++i)
    EXPECT_LE(std::abs(frames[i].number - static_cast<std::int64_t>(i) * 125), 25) << i;
}

TEST_F(GalleryTest, ReelOfASegmentThatIsNoneIsCorrupt) {
  prepare(clip(pattern(160, 90, "10", 4) + kX264));
  const std::string text = "no segment";

  const auto fragment =
      reel_fragment(plan, reel_frames(plan).front(), std::as_bytes(std::span(text)));

  ASSERT_FALSE(fragment);
  EXPECT_EQ(fragment.error().code, ErrorCode::corrupt);
}

TEST_F(GalleryTest, TilesShowTheirTimesInALessonOfStills) {
  // Five colours of four seconds, coded once each, with a key frame of the source for all of them.
  prepare(
      clip("-f lavfi -i color=black:s=320x180:r=30000/1001:d=20 -vf "
           "\"geq=lum='40+40*floor(T/4)':cb=128:cr=128\"" +
           std::string(kX264) + "-g 1000"));
  ASSERT_TRUE(plan.skips_stills);

  const auto gallery = collect(folder.path("clip.mp4"));

  ASSERT_EQ(gallery.tiles.size(), 11U);
  for (std::size_t i = 0; i < gallery.tiles.size(); ++i)
    EXPECT_NEAR(colour_of(*gallery.tiles[i])[0], 40 + 40 * std::min(4, static_cast<int>(i / 2)), 3)
        << i;
}

TEST_F(GalleryTest, SourceWithKeyFramesEverySecondCostsThreeOfThem) {
  const auto file = clip(sharp_at("1280x720", "10", 24, {4, 12, 20}) + "-g 10");
  prepare(file);

  const auto gallery = collect(file);

  EXPECT_THAT(widths_of(gallery.covers), Each(1280));
  EXPECT_EQ(gallery.decoded_packets, 3);
  const double blur = score_of(*gallery.tiles.front());
  EXPECT_THAT(scores_of(gallery.covers), Each(Ge(10 * blur)));
}

TEST_F(GalleryTest, SharpPlaceFarFromKeyFramesIsDecodedFromTheOneBefore) {
  // Key frames at 0, 8 and 16 s, all of them blurred.
  const auto file = clip(sharp_at("1280x720", "10", 24, {4, 12, 20}) + "-g 80");
  prepare(file);

  const auto gallery = collect(file);

  EXPECT_THAT(widths_of(gallery.covers), Each(1280)) << "from the source";
  const double blur = score_of(*gallery.tiles.front());
  EXPECT_THAT(scores_of(gallery.covers), Each(Ge(10 * blur)));
  EXPECT_GE(gallery.decoded_packets, 3 * 41);
  EXPECT_LE(gallery.decoded_packets, 3 * 50);
}

TEST_F(GalleryTest, NearlyAsGoodPlaceAtAKeyFrameIsCheaper) {
  // All places are alike.
  const auto file = clip(pattern(1280, 720, "10", 24) + kX264 + "-g 80");
  prepare(file);

  const auto gallery = collect(file);

  EXPECT_THAT(widths_of(gallery.covers), Each(1280));
  EXPECT_EQ(gallery.decoded_packets, 3);
}

// Sharp at 4 s, within the reach of the only key frame, at 20 and at 36 s; to be turned.
TEST_F(GalleryTest, SourceWithOneKeyFrameIsDecodedInPartOnly) {
  clip(sharp_at("960x540", "30", 40, {4, 20, 36}) + "-g 10000", "lying.mp4");
  const auto file = clip("-i lying.mp4 -c copy -metadata:s:v rotate=90");
  prepare(file);
  ASSERT_EQ(plan.video.back().width, 360);

  const auto gallery = collect(file);

  EXPECT_THAT(widths_of(gallery.covers), UnorderedElementsAre(540, 360, 360));
  for (const FramePtr& cover : gallery.covers) EXPECT_GT(cover->height, cover->width);
  const double blur = score_of(*gallery.tiles.front());
  for (const FramePtr& cover : gallery.covers)
    EXPECT_GE(picture_score(**Judge(plan).reduce(*cover)), 10 * blur);
  EXPECT_GT(gallery.decoded_packets, 100);
  EXPECT_LE(gallery.decoded_packets, 2 * 300) << "of 1200";
}

TEST_F(GalleryTest, NothingThatIsCutAwayIsShown) {
  // Red, and from 4 s on green; the key frames stand at 0, 3.5, 7 and 10.5 s.
  const auto file = clip(
      "-f lavfi -i color=red:s=640x360:r=10:d=4 -f lavfi -i color=lime:s=640x360:r=10:d=4 -f "
      "lavfi -i color=red:s=640x360:r=10:d=4 -filter_complex concat=n=3" +
      std::string(kX264) + "-g 35");
  prepare(file, {.in_ms = 4000, .out_ms = 7900});

  const auto gallery = collect(file);

  ASSERT_EQ(gallery.covers.size(), 3U);
  const auto red_of = [&](const FramePtr& picture) { return colour_of(*picture)[2]; };
  for (const FramePtr& cover : gallery.covers) EXPECT_LT(red_of(cover), 100);
  for (const FramePtr& tile : gallery.tiles) EXPECT_LT(red_of(tile), 100);
}

TEST_F(GalleryTest, PlaceThatDoesNotDecodeGivesWayToTheNextBest) {
  const auto file = clip(sharp_at("1280x720", "10", 24, {4, 12, 14, 20}) + "-g 10 -bf 0");
  prepare(file);
  damage_packet(file, 12, Wound::all);
  const File input(file);
  auto source = CoverSource::open(input.descriptor(), plan, sink);
  ASSERT_TRUE(source);
  const auto damaged = source->key_frame_near(12'000'000);
  ASSERT_TRUE(damaged && !*damaged);

  const auto gallery = collect(file);

  EXPECT_THAT(widths_of(gallery.covers), Each(1280));
  const double blur = score_of(*gallery.tiles.front());
  EXPECT_THAT(scores_of(gallery.covers), Each(Ge(10 * blur)));
}

// As in the lesson itself.
TEST_F(GalleryTest, PictureBeforeADamagedStretchStaysOnScreen) {
  const auto file = clip(pattern(1280, 720, "10", 24) + kX264 + "-g 10 -bf 0");
  prepare(file);
  for (int second = 8; second < 16; ++second) damage_packet(file, second, Wound::all);
  const File input(file);
  auto source = CoverSource::open(input.descriptor(), plan, sink);
  ASSERT_TRUE(source);

  const auto picture = source->picture_at(8'000'000);

  ASSERT_TRUE(picture && *picture);
  EXPECT_EQ((*picture)->pts, 7'900'000);
  EXPECT_THAT(widths_of(collect(file).covers), Each(1280));
}

TEST_F(GalleryTest, ContainersWithoutAnIndexAreSearched) {
  for (const char* name : {"clip.ts", "clip.mkv"}) {
    SCOPED_TRACE(name);
    sink = MemorySink();
    const auto file = clip(sharp_at("1280x720", "10", 24, {4, 12, 20}) + "-g 40", name);
    prepare(file);

    const auto gallery = collect(file);

    EXPECT_THAT(widths_of(gallery.covers), Each(1280));
    const double blur = score_of(*gallery.tiles.front());
    EXPECT_THAT(scores_of(gallery.covers), Each(Ge(10 * blur)));
    EXPECT_LE(gallery.decoded_packets, 3 * 50);
  }
}

TEST_F(GalleryTest, PicturesOfAnotherSizeInTheReelAreLeftOut) {
  prepare(clip(pattern(320, 180, "10", 4) + kX264));
  plan.video.back().width = 640;

  const auto pictures = read_reel(reel->descriptor(), plan, sink);

  ASSERT_FALSE(pictures);
  EXPECT_EQ(pictures.error().code, ErrorCode::internal);
}

TEST_F(GalleryTest, LessonOfOneTileRepeatsItsCover) {
  const auto file = clip(pattern(640, 360, "10", 1.5) + kX264);
  prepare(file);

  const auto gallery = collect(file);

  ASSERT_EQ(gallery.tiles.size(), 1U);
  ASSERT_EQ(gallery.covers.size(), 3U);
  EXPECT_EQ(gallery.covers[1]->data[0], gallery.covers[0]->data[0]);
}

}  // namespace
}  // namespace weike::media::test
