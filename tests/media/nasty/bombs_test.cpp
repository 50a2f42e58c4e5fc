#include "tests/media/nasty/forge.hpp"
#include "tests/media/nasty/lessons.hpp"

#include <gtest/gtest.h>

// Small files that ask for much. All in the sandbox: its limits are the second net.
namespace weike::media::test {
namespace {

TEST(Bombs, FrameSizeInTheContainerIsSeenBeforeDecoding) {
  const TempFolder folder;
  const auto file = folder.path("a.mp4");
  make_clip(file, pattern(160, 120, "25", 2) + kX264);
  std::string bytes = read_file(file);
  const auto entry = bytes.rfind("avc1");
  overwrite(bytes, entry + 28, big_endian(16'384, 2) + big_endian(16'384, 2));
  write_file(file, bytes);

  EXPECT_EQ(cause_in_sandbox(file), "frame_too_large");
}

// The container says 160 × 120, the first picture 16383 × 16383: the decoder must refuse before it
// allocates. A key frame of VP8 carries its size behind a start code (RFC 6386 §9.1).
TEST(Bombs, FrameSizeInThePictureIsRefusedByTheDecoder) {
  const TempFolder folder;
  const auto file = folder.path("a.webm");
  make_clip(file, pattern(160, 120, "25", 2) + "-c:v libvpx -deadline realtime -cpu-used 8");
  std::string bytes = read_file(file);
  int changed = 0;
  for (auto at = bytes.find("\x9d\x01\x2a\xa0"); at != std::string::npos;
       at = bytes.find("\x9d\x01\x2a\xa0", at + 1), ++changed)
    overwrite(bytes, at + 3, "\xff\x3f\xff\x3f");
  ASSERT_GT(changed, 0);
  write_file(file, bytes);

  const auto cause = cause_in_sandbox(file);

  EXPECT_TRUE(cause == "frame_too_large" || cause == "damaged") << cause;
}

TEST(Bombs, ManyStreamsAreRefused) {
  const TempFolder folder;
  const auto file = folder.path("a.mp4");
  std::string arguments = pattern(64, 64, "10", 2) + kX264;
  for (int i = 0; i < 40; ++i) arguments += "-map 0:v ";
  make_clip(file, arguments);

  EXPECT_EQ(cause_in_sandbox(file), "too_many_streams");
}

// A movie header with its one track three thousand times.
TEST(Bombs, ThousandsOfStreamsAreRefused) {
  const TempFolder folder;
  const auto file = folder.path("a.mp4");
  make_clip(file, pattern(64, 64, "10", 2) + kX264);
  const std::string bytes = read_file(file);
  const auto movie = find_box(bytes, {"moov"});
  const auto track = find_box(bytes, {"moov", "trak"});
  const auto length = static_cast<std::size_t>(number_at(bytes, track, 4));
  std::string grown = bytes.substr(0, track);
  for (int i = 0; i < 3'000; ++i) grown += bytes.substr(track, length);
  grown += bytes.substr(track + length);
  overwrite(grown, movie, big_endian(number_at(bytes, movie, 4) + 2'999 * length, 4));
  write_file(file, grown);

  EXPECT_EQ(cause_in_sandbox(file), "too_many_streams");
}

// The same behind a head of 16 bytes, as a movie of more than 4 GB might have it: they are counted
// before libav makes anything of them.
TEST(Bombs, StreamsBehindALongHeadAreCounted) {
  const TempFolder folder;
  const auto file = folder.path("a.mp4");
  make_clip(file, pattern(64, 64, "10", 2) + kX264);
  const std::string bytes = read_file(file);
  const auto movie = find_box(bytes, {"moov"});
  const auto length = static_cast<std::size_t>(number_at(bytes, movie, 4));
  const auto track = find_box(bytes, {"moov", "trak"});
  const auto track_length = static_cast<std::size_t>(number_at(bytes, track, 4));
  std::string content = bytes.substr(movie + 8, length - 8);
  for (int i = 0; i < 99; ++i) content += bytes.substr(track, track_length);
  write_file(file, bytes.substr(0, movie) + big_endian(1, 4) + "moov" +
                       big_endian(content.size() + 16, 8) + content);

  const auto result = probe_in_sandbox(file);

  EXPECT_EQ(result["rejected"]["code"], "too_many_streams") << result.dump();
  EXPECT_EQ(result["rejected"]["detail"], "100 tracks");
}

TEST(Bombs, SamplesThatCannotBeThereAreNotAllocated) {
  const TempFolder folder;
  const auto file = folder.path("a.mp4");
  for (const std::uint32_t samples : {0x7fffffffU, 0xffffffffU, 100'000'000U, 1'000'000U}) {
    SCOPED_TRACE(samples);
    const std::string bytes = mp4_claiming(samples);
    ASSERT_LT(bytes.size(), 1'024U);
    write_file(file, bytes);

    const auto result = probe_in_sandbox(file);

    // Our own limits may end it too; nothing else may, and nothing is promised.
    const bool is_refused =
        result.contains("rejected") || result.value("failed", "") == "child_memory";
    EXPECT_TRUE(is_refused) << result.dump();
  }
}

TEST(Bombs, SampleDescriptionsWithoutEndAreLeft) {
  const TempFolder folder;
  const auto file = folder.path("a.mp4");
  make_clip(file, pattern(64, 64, "10", 2) + kX264);
  std::string bytes = read_file(file);
  const auto table = find_box(bytes, {"moov", "trak", "mdia", "minf", "stbl", "stsd"});
  overwrite(bytes, table + 12, big_endian(0xffffffff, 4));  // Entries,
  write_file(file, bytes);
  const auto many = cause_in_sandbox(file);
  overwrite(bytes, table + 12, big_endian(1'000, 4));
  overwrite(bytes, table + 16, big_endian(0, 4));  // the first of which has no length.
  write_file(file, bytes);
  const auto endless = cause_in_sandbox(file);

  EXPECT_FALSE(many.starts_with("failed")) << many;
  EXPECT_FALSE(endless.starts_with("failed")) << endless;
}

// Boxes in boxes in boxes; and one that is said to be longer than the file.
TEST(Bombs, NestedAndEndlessBoxesAreRefused) {
  const TempFolder folder;
  std::string nested = box("udta", "");
  for (int i = 0; i < 5'000; ++i) nested = box("udta", nested);
  write_file(folder.path("nested.mp4"),
             box("ftyp", "isom" + big_endian(0, 4)) + box("moov", nested) + box("mdat", "x"));
  std::string huge = mp4_claiming(10);
  overwrite(huge, find_box(huge, {"moov"}), big_endian(0x7fffffff, 4));
  write_file(folder.path("huge.mp4"), huge);

  const auto nested_cause = cause_in_sandbox(folder.path("nested.mp4"));
  EXPECT_TRUE(nested_cause == "damaged" || nested_cause == "no_video") << nested_cause;
  const auto huge_cause = cause_in_sandbox(folder.path("huge.mp4"));
  EXPECT_TRUE(huge_cause == "damaged" || huge_cause == "incomplete_file") << huge_cause;
}

}  // namespace
}  // namespace weike::media::test
