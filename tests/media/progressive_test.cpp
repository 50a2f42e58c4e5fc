#include "tests/media/packaged_clip.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <iterator>

namespace weike::media::test {
namespace {

const PackagedClip& clip() { return PackagedClip::shared(); }

std::vector<double> frame_times(const std::filesystem::path& file, const std::string& more = "") {
  return numbers_of(probed(file, more + " -select_streams v -show_entries frame=pts_time"));
}

Bytes bytes_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  const auto* begin = reinterpret_cast<const std::byte*>(text.data());
  return {begin, begin + text.size()};
}

std::string fourcc_at(std::span<const std::byte> bytes, std::size_t offset) {
  std::string word;
  for (std::size_t i = 0; i < 4; ++i) word += static_cast<char>(bytes[offset + i]);
  return word;
}

TEST(ProgressiveFile, HasEveryFrameInTimeAndTheSoundWithIt) {
  for (const VideoRung& rung : clip().plan().video) {
    SCOPED_TRACE(rung.name);
    const auto file = clip().write_progressive(rung.name);

    const auto times = frame_times(file);
    const auto sound = numbers_of(probed(file, "-select_streams a -show_entries frame=pts_time"));
    const auto durations = numbers_of(probed(file, "-show_entries stream=duration"));

    ASSERT_EQ(static_cast<std::int64_t>(times.size()), clip().plan().frame_count);
    for (std::size_t i = 0; i < times.size(); ++i)
      EXPECT_NEAR(times[i], static_cast<double>(i) * 1001 / 30000, 0.0005);
    ASSERT_FALSE(sound.empty());
    EXPECT_NEAR(sound.front(), times.front(), 0.001);
    ASSERT_EQ(durations.size(), 2U);
    EXPECT_NEAR(durations[0], 8.008, 0.001);
    EXPECT_NEAR(durations[1], durations[0], 0.0107);  // Half an AAC frame.
  }
}

TEST(ProgressiveFile, HasTheSamePicturesAndSoundAsTheSegments) {
  const auto file = clip().write_progressive("v360");
  const auto joined = clip().path("joined.mp4");
  const auto joined_sound = clip().path("joined_sound.mp4");
  const auto hash_of = [](const std::filesystem::path& from, const std::string& stream) {
    return output_of("ffmpeg -nostdin -v error -i '" + from.string() + "' -map 0:" + stream +
                     " -f md5 -");
  };
  for (const auto& [rendition, target] :
       {std::pair{std::string("v360"), joined}, std::pair{std::string("a128"), joined_sound}}) {
    std::string bytes;
    for (const char* name : {"init.mp4", "0.m4s", "1.m4s", "2.m4s"}) {
      const auto part = bytes_of(clip().path(rendition + "/" + name));
      bytes.append(reinterpret_cast<const char*>(part.data()), part.size());
    }
    write_file(target, bytes);
  }

  EXPECT_EQ(hash_of(file, "v"), hash_of(joined, "v"));
  EXPECT_EQ(hash_of(file, "a"), hash_of(joined_sound, "a"));
}

TEST(ProgressiveFile, HasItsIndexInFrontAndSeeks) {
  const auto file = clip().write_progressive("v360");
  const Bytes bytes = bytes_of(file);

  EXPECT_EQ(fourcc_at(bytes, 4), "ftyp");
  const auto ftyp_size = std::to_integer<std::size_t>(bytes[3]);
  EXPECT_EQ(fourcc_at(bytes, ftyp_size + 4), "moov");
  // 5.5 s lies in the second segment; the key frame before it is at 4.004 s, its second.
  const auto times = frame_times(file, "-read_intervals 5.5%+#1");
  ASSERT_FALSE(times.empty());
  EXPECT_NEAR(times.front(), 4.004, 0.001);
  const auto keys =
      numbers_of(probed(file, "-select_streams v -skip_frame nokey -show_entries frame=pts_time"));
  EXPECT_EQ(keys.size(), 4U);
}

// Slides: pictures that do not change are not coded again, so samples last unevenly.
TEST(ProgressiveFile, KeepsTheTimesOfSlides) {
  const PackagedClip slides(
      "-f lavfi -i \"testsrc2=s=640x480:r=30,trim=end_frame=30,tpad=stop=210:stop_mode=clone\"" +
      tone(8) + "-c:v libx264 -preset veryfast -crf 12 -pix_fmt yuv420p -c:a aac");
  ASSERT_TRUE(slides.plan().skips_stills);
  const auto file = slides.write_progressive("v360");
  const auto joined = slides.path("joined.mp4");
  output_of("cd '" + slides.path("v360").string() + "' && cat init.mp4 0.m4s 1.m4s 2.m4s > '" +
            joined.string() + "'");

  const auto times = frame_times(file);
  const auto durations = numbers_of(probed(file, "-show_entries stream=duration"));

  ASSERT_LT(static_cast<std::int64_t>(times.size()), slides.plan().frame_count / 2);
  const auto expected = frame_times(joined);
  ASSERT_EQ(times.size(), expected.size());
  for (std::size_t i = 0; i < times.size(); ++i) EXPECT_NEAR(times[i], expected[i], 0.0005) << i;
  EXPECT_NEAR(times.front(), 0, 0.0005);
  ASSERT_EQ(durations.size(), 2U);
  EXPECT_NEAR(durations[0], 8, 0.001);  // The last picture stands until the end.
  EXPECT_NEAR(durations[1], 8, 0.0107);
}

// Segments of another muxer, whose samples last unevenly: 30 pictures in a second, then one.
TEST(ProgressiveFile, KeepsUnevenFrameTimes) {
  const TempFolder folder;
  make_clip(
      folder.path("uneven.mp4"),
      pattern(320, 240, "30", 8) +
          "-vf \"select='not(eq(mod(floor(t),2),1)*mod(n,30))'\" -vsync vfr -c:v libx264 "
          "-preset veryfast -g 1000 -force_key_frames 'expr:gte(t,n_forced*2)' -pix_fmt yuv420p");
  output_of("cd '" + folder.path("").string() +
            "' && ffmpeg -nostdin -v error -i uneven.mp4 -c copy -f dash -seg_duration 2 "
            "-use_template 1 -init_seg_name init.mp4 -media_seg_name '$Number$.m4s' out.mpd && "
            "cat init.mp4 1.m4s 2.m4s 3.m4s 4.m4s > joined.mp4");
  const Bytes init = bytes_of(folder.path("init.mp4"));
  std::vector<Bytes> files;
  std::vector<SegmentIndex> segments;
  for (int number = 1; number <= 4; ++number) {
    files.push_back(bytes_of(folder.path(std::to_string(number) + ".m4s")));
    const auto index = read_segment_index(files.back(), files.back().size());
    ASSERT_TRUE(index) << index.error().message;
    segments.push_back(*index);
  }

  const auto made = progressive_file({"v", init, segments}, nullptr);

  ASSERT_TRUE(made) << made.error().message;
  std::string bytes(reinterpret_cast<const char*>(made->head.data()), made->head.size());
  for (std::size_t i = 0; i < made->pieces.size(); ++i) {
    const auto& range = made->pieces[i].range;
    bytes.append(reinterpret_cast<const char*>(files[i].data()) + range.offset, range.length);
  }
  write_file(folder.path("whole.mp4"), bytes);
  const auto times = frame_times(folder.path("whole.mp4"));
  const auto expected = frame_times(folder.path("joined.mp4"));
  ASSERT_EQ(times.size(), 4U * 31);
  ASSERT_EQ(times.size(), expected.size());
  for (std::size_t i = 0; i < times.size(); ++i) EXPECT_NEAR(times[i], expected[i], 0.0005) << i;
  EXPECT_NEAR(times.back(), 7, 0.04);  // Evenly spaced, it would be 4.1.
}

// A track of four segments of 100 samples each.
struct MadeTrack {
  std::vector<SegmentIndex> segments;
  explicit MadeTrack(std::uint32_t sample_bytes) {
    for (std::uint64_t number = 0; number < 4; ++number) {
      SegmentIndex segment;
      segment.samples.assign(100, {sample_bytes, 1001, 0, false});
      segment.samples.front().is_key = true;
      segment.data = {3000, std::uint64_t{100} * sample_bytes};
      segment.decode_time = number * 100'100;
      segments.push_back(segment);
    }
  }
};

TEST(ProgressiveFile, ReachesBeyondFourGigabytes) {
  const MadeTrack track(20'000'000);  // 2 GB a segment.

  const auto made =
      progressive_file({"v360", clip().file("v360/init.mp4"), track.segments}, nullptr);

  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->total_bytes, made->head.size() + 8'000'000'000ULL);
  const std::string head(reinterpret_cast<const char*>(made->head.data()), made->head.size());
  const auto table = head.find("co64");
  ASSERT_NE(table, std::string::npos);
  const auto last = std::span(made->head).subspan(table + 12 + 3 * 8, 8);
  std::uint64_t offset = 0;
  for (const std::byte each : last) offset = offset << 8 | std::to_integer<std::uint64_t>(each);
  EXPECT_EQ(offset, made->head.size() + 6'000'000'000ULL);
  EXPECT_EQ(head.substr(head.size() - 12, 4), "mdat");
}

TEST(ProgressiveFile, RefusesSegmentsThatDoNotFollowEachOther) {
  const auto init = clip().file("v360/init.mp4");
  MadeTrack overlapping(10);
  overlapping.segments[2].decode_time -= 1;
  MadeTrack late(10);
  for (auto& segment : late.segments) segment.decode_time += 1001;
  const MadeTrack fine(10);
  MadeTrack shorter(10);
  shorter.segments.pop_back();
  const FinishedTrack sound{"a128", clip().file("a128/init.mp4"), shorter.segments};

  EXPECT_FALSE(progressive_file({"v360", init, overlapping.segments}, nullptr));
  EXPECT_FALSE(progressive_file({"v360", init, late.segments}, nullptr));
  EXPECT_FALSE(progressive_file({"v360", init, fine.segments}, &sound));
  EXPECT_FALSE(progressive_file({"v360", init, {}}, nullptr));
  for (std::size_t size = 0; size < init.size(); ++size)
    EXPECT_FALSE(progressive_file({"v360", init.first(size), fine.segments}, nullptr)) << size;
}

}  // namespace
}  // namespace weike::media::test
