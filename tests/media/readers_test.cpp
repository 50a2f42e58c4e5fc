#include "media/transcode/audio_reader.hpp"
#include "media/transcode/copy_reader.hpp"
#include "media/transcode/frame_grid.hpp"
#include "media/transcode/picture_chain.hpp"
#include "media/transcode/video_reader.hpp"
#include "tests/media/clips.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>

// What the readers of a source take from the file and give, apart from what is made of it.
namespace weike::media::test {
namespace {

constexpr const char* kX264 = " -c:v libx264 -preset veryfast -pix_fmt yuv420p ";

// What this process has read so far: "rchar", in bytes, or "syscr", in calls.
std::int64_t read_so_far(const std::string& counter) {
  std::ifstream counters("/proc/self/io");
  std::string name;
  std::int64_t value = 0;
  while (counters >> name >> value) {
    if (name == counter + ":") return value;
  }
  ADD_FAILURE() << "no counters of this process";
  return 0;
}

template <class Work>
std::int64_t reads_during(const std::string& counter, const Work& work) {
  const std::int64_t before = read_so_far(counter);
  work();
  return read_so_far(counter) - before;
}

// Two openings of a source, or two looks at its first packets, would read twice as much.
TEST(Readers, OfPicturesOpenTheSourceOnce) {
  const TempFolder folder;
  for (const std::string name : {"a.mkv", "a.ts", "a.mp4"}) {
    SCOPED_TRACE(name);
    const auto clip = folder.path(name);
    // Without reordered pictures an MP4 file's header does not tell enough.
    make_clip(clip, pattern(640, 480, "25", 8) + kX264 + "-bf 0 -crf 12 -movflags +faststart");
    const File file(clip);
    const auto opening = reads_during("rchar", [&] {
      SourceOptions options;
      options.only_stream = 0;
      EXPECT_TRUE(Source::open(file.descriptor(), options));
    });

    const auto reading = reads_during(
        "rchar", [&] { EXPECT_TRUE(VideoReader::open(file.descriptor(), 0, SourceOptions{})); });

    EXPECT_LE(reading, opening + 4'096);
  }
}

// How many pictures come when none behind the first two seconds is asked for.
int pictures_until_the_end(const std::filesystem::path& clip) {
  constexpr std::int64_t kStepUs = 40'000;
  constexpr std::int64_t kLastUs = 2'000'000 - kStepUs / 2;
  const File file(clip);
  auto reader = VideoReader::open(file.descriptor(), 0, SourceOptions{});
  EXPECT_TRUE(reader);
  if (!reader) return -1;
  reader->end_at(kLastUs, kStepUs);
  int count = 0;
  for (auto next = reader->next(); next && *next; next = reader->next()) ++count;
  return count;
}

TEST(Readers, OfPicturesEndWhereNothingBeforeCanFollow) {
  const TempFolder folder;
  const auto closed = folder.path("closed.mp4");
  make_clip(closed, pattern(640, 480, "25", 4) + kX264 + "-g 50 -bf 3");
  // In an open group the first pictures behind a key frame are shown before it.
  const auto open = folder.path("open.mp4");
  make_clip(open, pattern(640, 480, "25", 4) + kX264 + "-g 50 -bf 3 -x264-params open-gop=1");
  const auto elsewhere = folder.path("elsewhere.mp4");
  make_clip(elsewhere, pattern(640, 480, "25", 4) + kX264 + "-g 35 -bf 3");

  EXPECT_EQ(pictures_until_the_end(closed), 50);
  EXPECT_EQ(pictures_until_the_end(open), 100);
  EXPECT_EQ(pictures_until_the_end(elsewhere), 100);
}

TEST(Readers, OfCopiesReadTheIndexAlone) {
  const TempFolder folder;
  const auto clip = folder.path("a.mp4");
  make_clip(clip, pattern(640, 480, "25", 8) + kX264 +
                      "-g 50 -crf 16 -maxrate 1200k -bufsize 1200k -colorspace bt709 "
                      "-color_primaries bt709 -color_trc bt709 -color_range tv "
                      "-movflags +faststart");
  MemorySink sink;
  const Plan plan = plan_of(clip, sink);
  ASSERT_TRUE(plan.copied) << plan.copied_refused;
  const File file(clip);

  const auto index = reads_during("rchar", [&] {
    SourceOptions options;
    options.trusts_header = true;
    EXPECT_TRUE(Source::open(file.descriptor(), options));
  });

  const auto read = reads_during(
      "rchar", [&] { EXPECT_TRUE(CopyReader::open(file.descriptor(), plan, SourceOptions{})); });

  EXPECT_LE(read, index + 4'096);
}

// The pictures' units are looked at one by one, but not where a copy is refused anyway.
TEST(Readers, LookAtPicturesOnlyForACopy) {
  const TempFolder folder;
  const auto clip = folder.path("a.mp4");
  make_clip(clip, pattern(640, 480, "25", 40) + kX264 +
                      "-g 50 -crf 40 -colorspace bt709 -color_primaries bt709 -color_trc bt709 "
                      "-color_range tv");
  ProbeTask copying{"source", Limits{}};
  ProbeTask trimmed = copying;
  trimmed.trim = {1'000, 39'000};
  const auto calls = [&](const ProbeTask& task) {
    return reads_during("syscr", [&] {
      MemorySink sink;
      EXPECT_TRUE(run_on(clip, task, sink));
    });
  };

  EXPECT_GT(calls(copying), 1'000);
  EXPECT_LT(calls(trimmed), 500);
}

// A stretch is the same whatever was read before it, also behind a change of the sampling rate.
TEST(Readers, OfSoundKeepNothingFromOneStretchToTheNext) {
  const TempFolder folder;
  const auto one = folder.path("one.ts");
  const auto two = folder.path("two.ts");
  make_clip(one, pattern(64, 48, "25", 3) +
                     "-f lavfi -i sine=frequency=700:duration=3:sample_rate=44100" + kX264 +
                     "-g 25 -bf 0 -c:a aac");
  make_clip(two, pattern(64, 48, "25", 3) +
                     "-f lavfi -i sine=frequency=700:duration=3:sample_rate=32000" + kX264 +
                     "-g 25 -bf 0 -c:a aac -output_ts_offset 3");
  const auto clip = folder.path("a.ts");
  output_of("cat '" + one.string() + "' '" + two.string() + "' > '" + clip.string() + "'");
  MemorySink sink;
  const Plan plan = plan_of(clip, sink);
  const File file(clip);
  constexpr std::int64_t kLate = 48'000 * 9 / 2;
  auto fresh = AudioReader::open(file.descriptor(), plan, SourceOptions{});
  auto used = AudioReader::open(file.descriptor(), plan, SourceOptions{});
  ASSERT_TRUE(fresh && used);
  ASSERT_TRUE(used->read(kLate - 10'001, 10'000));

  const auto expected = fresh->read(kLate, 10'000);
  const auto read = used->read(kLate, 10'000);

  ASSERT_TRUE(expected && read);
  EXPECT_TRUE(*read == *expected);
  double sum = 0;
  for (const float sample : read->front()) sum += std::abs(static_cast<double>(sample));
  EXPECT_GT(sum, 100) << "and it is sound";
}

double mean_level(const AVFrame& picture) {
  double sum = 0;
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) sum += picture.data[0][y * picture.linesize[0] + x];
  }
  return sum / (picture.width * picture.height);
}

// The deinterlacer holds a picture back until it sees the next one: of a size that changes too.
TEST(Readers, LoseNoPictureWhereAnInterlacedOneChangesItsShape) {
  const TempFolder folder;
  const auto part = [&](const char* name, const char* size, const char* more) {
    make_clip(folder.path(name),
              "-f lavfi -i \"nullsrc=size=" + std::string(size) +
                  ":rate=25:duration=1,geq=lum=40+7*N:cb=128:cr=128\" "
                  "-c:v mpeg2video -flags +ildct+ilme+low_delay -top 1 -g 5 -bf 0 -q:v 2 "
                  "-muxdelay 0 -muxpreload 0 " +
                  more);
  };
  part("one.ts", "320x240", "");
  part("two.ts", "160x128", "-output_ts_offset 1");
  output_of("cd '" + folder.path("").string() + "' && cat one.ts two.ts > a.ts");
  MemorySink sink;
  const Plan plan = plan_of(folder.path("a.ts"), sink);
  ASSERT_TRUE(plan.is_interlaced);
  const File file(folder.path("a.ts"));
  auto grid = FrameGrid::open(file.descriptor(), plan, SourceOptions{});
  ASSERT_TRUE(grid && grid->seek(0));

  std::map<int, std::set<long>> seen;  // By width.
  for (std::int64_t number = 0; number < plan.frame_count; ++number) {
    const auto picture = grid->frame_at(number);
    ASSERT_TRUE(picture);
    seen[(*picture)->width].insert(std::lround((mean_level(**picture) - 40) / 7));
  }

  EXPECT_EQ(seen[320].size(), 25U);
  EXPECT_EQ(*seen[320].rbegin(), 24);
  EXPECT_EQ(seen[160].size(), 25U);
}

TEST(Readers, AreReplacedInOrder) {
  const TempFolder folder;
  const auto clip = folder.path("a.ts");
  make_clip(clip, pattern(64, 48, "25", 2) + kX264);
  const File file(clip);
  auto source = Source::open(file.descriptor(), SourceOptions{});
  ASSERT_TRUE(source);

  *source = *Source::open(file.descriptor(), SourceOptions{});

  EXPECT_TRUE(source->read());
  EXPECT_STREQ(source->container(), "mpegts");
  EXPECT_TRUE(source->has_looked_at_packets());
}

FramePtr noise(int width, int height) {
  FramePtr picture = make_frame();
  picture->format = AV_PIX_FMT_YUV420P;
  picture->width = width;
  picture->height = height;
  picture->colorspace = AVCOL_SPC_BT709;
  picture->color_range = AVCOL_RANGE_MPEG;
  picture->sample_aspect_ratio = {1, 1};
  av_frame_get_buffer(picture.get(), 0);
  unsigned state = 1;
  for (int plane = 0; plane < 3; ++plane) {
    const int rows = plane == 0 ? height : height / 2;
    for (int i = 0; i < rows * picture->linesize[plane]; ++i)
      picture->data[plane][i] =
          static_cast<std::uint8_t>(16 + ((state = state * 1103515245 + 12345) >> 16) % 200);
  }
  return picture;
}

Plan turned_plan(int quarter_turns) {
  Plan plan;
  plan.source_width = 64;
  plan.source_height = 48;
  plan.orientation = {quarter_turns, false};
  return plan;
}

// A picture that only has to be turned is not copied by a scaler besides; sample by sample it is
// what it was.
TEST(UprightPictures, AreOnlyTurnedWhenTheyFit) {
  const Plan plan = turned_plan(1);
  UprightPicture upright(plan, 48, 64);
  const FramePtr picture = noise(64, 48);

  EXPECT_EQ(upright.chain_for(*picture), "null,transpose=clock");
  const auto turned = upright.make(share(*picture));

  ASSERT_TRUE(turned);
  ASSERT_EQ((*turned)->width, 48);
  ASSERT_EQ((*turned)->height, 64);
  for (int plane = 0; plane < 3; ++plane) {
    const int width = plane == 0 ? 48 : 24;
    const int height = plane == 0 ? 64 : 32;
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        const int column = y;
        const int row = width - 1 - x;
        ASSERT_EQ((*turned)->data[plane][y * (*turned)->linesize[plane] + x],
                  picture->data[plane][row * picture->linesize[plane] + column])
            << plane << " " << x << "," << y;
      }
    }
  }
}

TEST(UprightPictures, AreConvertedWhereAnythingDiffers) {
  const Plan plan = turned_plan(2);
  const auto chain_of = [&](int width, auto change) {
    const FramePtr picture = noise(64, 48);
    change(*picture);
    return UprightPicture(plan, width, width * 3 / 4).chain_for(*picture);
  };

  EXPECT_EQ(chain_of(64, [](AVFrame&) {}), "null,hflip,vflip");
  using ::testing::StartsWith;
  EXPECT_THAT(chain_of(32, [](AVFrame&) {}), StartsWith("scale="));
  EXPECT_THAT(chain_of(64, [](AVFrame& it) { it.colorspace = AVCOL_SPC_SMPTE170M; }),
              StartsWith("scale="));
  EXPECT_THAT(chain_of(64, [](AVFrame& it) { it.color_range = AVCOL_RANGE_JPEG; }),
              StartsWith("scale="));
  EXPECT_THAT(chain_of(64, [](AVFrame& it) { it.format = AV_PIX_FMT_YUV422P; }),
              StartsWith("scale="));
}

}  // namespace
}  // namespace weike::media::test
