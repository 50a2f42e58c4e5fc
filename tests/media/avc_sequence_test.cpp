#include "media/package/avc_sequence.hpp"

#include "media/package/avc.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace weike::media {
namespace {

Bytes from_hex(std::string_view hex) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes.push_back(static_cast<std::byte>(digit(hex[i]) * 16 + digit(hex[i + 1])));
  return bytes;
}

// Both from x264.
constexpr std::string_view kPlain = "6764001eacd940a03db016a02020280000030008000003019078b16cb0";
constexpr std::string_view kOdd = "677a001fb6ce80d820f342187370202014000003000400000300c87c58ba80";

TEST(AvcSequence, TellsWhatTheEncoderWrote) {
  const auto sequence = read_sequence(from_hex(kPlain));

  ASSERT_TRUE(sequence);
  EXPECT_EQ(sequence->profile, 100);
  EXPECT_EQ(sequence->level, 30);
  EXPECT_EQ(sequence->chroma_format, 1);
  EXPECT_EQ(sequence->bit_depth, 8);
  EXPECT_EQ(sequence->width, 640);
  EXPECT_EQ(sequence->height, 480);
  EXPECT_TRUE(sequence->has_frames_only);
  EXPECT_TRUE(sequence->has_square_samples);
  EXPECT_FALSE(sequence->is_full_range);
  EXPECT_EQ(sequence->primaries, 1);
  EXPECT_EQ(sequence->transfer, 1);
  EXPECT_EQ(sequence->matrix, 1);
}

TEST(AvcSequence, TellsFieldsDepthsAndCroppingToo) {
  const auto sequence = read_sequence(from_hex(kOdd));

  ASSERT_TRUE(sequence);
  EXPECT_EQ(sequence->profile, 122);
  EXPECT_EQ(sequence->chroma_format, 2);
  EXPECT_EQ(sequence->bit_depth, 10);
  EXPECT_EQ(sequence->width, 854);
  EXPECT_EQ(sequence->height, 482);
  EXPECT_FALSE(sequence->has_frames_only);
  EXPECT_FALSE(sequence->has_square_samples);
  EXPECT_TRUE(sequence->is_full_range);
  EXPECT_EQ(sequence->primaries, 2);
  EXPECT_EQ(sequence->matrix, 1);
}

TEST(AvcSequence, CutOrSpoiltSetsAreNoneOrStayWithinBounds) {
  for (const auto hex : {kPlain, kOdd}) {
    const Bytes whole = from_hex(hex);
    for (std::size_t size = 0; size < 12; ++size)
      EXPECT_FALSE(read_sequence(std::span(whole).first(size))) << size;
    for (std::size_t at = 1; at < whole.size(); ++at) {
      for (int bit = 0; bit < 8; ++bit) {
        Bytes spoilt = whole;
        spoilt[at] ^= static_cast<std::byte>(1 << bit);
        const auto sequence = read_sequence(spoilt);
        if (!sequence) continue;
        EXPECT_GT(sequence->width, 0);
        EXPECT_LE(sequence->width, 1 << 14);
        EXPECT_GT(sequence->height, 0);
        EXPECT_LE(sequence->height, 1 << 15);
      }
    }
  }
}

TEST(AvcConfig, NeedsOneSetOfEachKind) {
  const auto record = [](std::string_view sets) {
    return from_hex(std::string("0164001eff") + std::string(sets));
  };
  const auto config = read_avc_config(record("e100046764001e01000268eb"));

  ASSERT_TRUE(config);
  EXPECT_EQ(config->length_bytes, 4);
  EXPECT_EQ(config->sets.sps, from_hex("6764001e"));
  EXPECT_EQ(config->sets.pps, from_hex("68eb"));
  EXPECT_FALSE(read_avc_config(record("e200046764001e00046764001e01000268eb"))) << "two";
  EXPECT_FALSE(read_avc_config(record("e100046764001e02000268eb000268ec"))) << "two";
  EXPECT_FALSE(read_avc_config(record("e100046764001e00"))) << "none";
  EXPECT_FALSE(read_avc_config(record("e100ff6764001e01000268eb"))) << "cut short";
  EXPECT_FALSE(read_avc_config(record("e100046564001e01000268eb"))) << "another kind";
  EXPECT_FALSE(read_avc_config({}));
}

TEST(AvcSample, IsSplitByItsLengths) {
  const auto split = [](std::string_view hex, int length_bytes) {
    const Bytes sample = from_hex(hex);
    const auto units = split_sample(sample, length_bytes);
    return units ? static_cast<int>(units->size()) : -1;
  };

  EXPECT_EQ(split("00000002650100000003419a22", 4), 2);
  EXPECT_EQ(split("0002650100", 2), -1) << "half a length";
  EXPECT_EQ(split("02650103419a22", 1), 2);
  EXPECT_EQ(split("00000003650100", 4), 1);
  EXPECT_EQ(split("000000046501", 4), -1) << "longer than the sample";
  EXPECT_EQ(split("00000000", 4), -1) << "empty unit";
  EXPECT_EQ(split("", 4), 0);
}

}  // namespace
}  // namespace weike::media
