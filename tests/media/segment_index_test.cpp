#include "media/package/segment_index.hpp"

#include "media/package/fmp4.hpp"

#include <gtest/gtest.h>

#include <random>

namespace weike::media {
namespace {

Bytes video_file() {
  const Segment segment{2, 120, 4, 0, 0};
  std::vector<Sample> samples;
  for (const std::int64_t shown_at : {0, 2, 1, 3})
    samples.push_back({Bytes(static_cast<std::size_t>(100 + shown_at)), shown_at, shown_at == 0});
  return video_segment(segment, {30, 1}, samples, 1);
}

TEST(SegmentIndex, TellsWhatWasWritten) {
  const Bytes file = video_file();
  const VideoTiming timing = video_timing({30, 1});

  const auto index = read_segment_index(file, file.size());

  ASSERT_TRUE(index) << index.error().message;
  EXPECT_EQ(index->decode_time, 120 * timing.frame_ticks);
  EXPECT_EQ(index->duration(), 4 * timing.frame_ticks);
  EXPECT_EQ(index->data.offset + index->data.length, file.size());
  ASSERT_EQ(index->samples.size(), 4U);
  EXPECT_EQ(index->samples[1].size, 102U);
  EXPECT_EQ(index->samples[1].composition_offset, static_cast<int>(2 * timing.frame_ticks));
  EXPECT_TRUE(index->samples[0].is_key);
  EXPECT_FALSE(index->samples[1].is_key);
  ASSERT_TRUE(index->iframe());
  EXPECT_EQ(index->iframe()->offset, index->moof_offset);
  EXPECT_EQ(index->iframe()->offset + index->iframe()->length, index->data.offset + 100);
}

TEST(SegmentIndex, NeedsOnlyTheHeadOfTheFile) {
  std::vector<Sample> samples(360, Sample{Bytes(1000), 0, false});
  const Bytes file = video_segment({0, 0, 360, 0, 0}, {60, 1}, samples, 0);
  ASSERT_GT(file.size(), kSegmentHeadBytes);

  const auto index = read_segment_index(std::span(file).first(kSegmentHeadBytes), file.size());

  ASSERT_TRUE(index) << index.error().message;
  EXPECT_EQ(index->samples.size(), 360U);
  EXPECT_FALSE(index->iframe());
}

TEST(SegmentIndex, RefusesEveryCutAndEveryOtherLength) {
  const Bytes file = video_file();

  for (std::size_t size = 0; size < file.size(); ++size)
    EXPECT_FALSE(read_segment_index(std::span(file).first(size), size)) << size;
  EXPECT_FALSE(read_segment_index(file, file.size() + 1));
  EXPECT_FALSE(read_segment_index(file, file.size() - 1));
}

// Whatever a child sends: an answer without a look outside of the bytes, and no ranges outside of
// the file.
TEST(SegmentIndex, SurvivesDamage) {
  std::mt19937 random(7);
  const Bytes whole = video_file();
  for (int round = 0; round < 20'000; ++round) {
    Bytes file = whole;
    for (int hits = 0; hits < 3; ++hits)
      file[random() % std::min<std::size_t>(file.size(), 240)] = static_cast<std::byte>(random());

    const auto index = read_segment_index(file, file.size());

    if (!index) continue;
    ASSERT_LE(index->data.offset + index->data.length, file.size());
    ASSERT_LE(index->samples.size(), 4U);
    const auto iframe = index->iframe().value_or(ByteRange{});
    ASSERT_LE(iframe.offset + iframe.length, file.size());
  }
}

}  // namespace
}  // namespace weike::media
