#include "api/http/coding.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

namespace weike::http {
namespace {

struct Row {
  std::string accept_encoding;
  Coding coding;
};

class PreferredCoding : public testing::TestWithParam<Row> {};

TEST_P(PreferredCoding, FollowsWeightsAndThenPacksBest) {
  EXPECT_EQ(preferred_coding(GetParam().accept_encoding), GetParam().coding)
      << GetParam().accept_encoding;
}

INSTANTIATE_TEST_SUITE_P(
    Fields, PreferredCoding,
    testing::Values(
        Row{"", Coding::identity}, Row{"identity", Coding::identity}, Row{"gzip", Coding::gzip},
        Row{"x-gzip", Coding::gzip}, Row{"GZip ; Q=0.3", Coding::gzip}, Row{"br", Coding::brotli},
        Row{"gzip, deflate, br, zstd", Coding::brotli}, Row{"gzip;q=1.0, br;q=0.5", Coding::gzip},
        Row{"gzip;q=0.5, br;q=0.5", Coding::brotli}, Row{"*", Coding::brotli},
        Row{"*;q=0", Coding::identity}, Row{"gzip, *;q=0", Coding::gzip},
        Row{"br;q=0, *", Coding::gzip}, Row{"gzip;q=0, br;q=0.0", Coding::identity},
        Row{"identity;q=1, gzip;q=0.5", Coding::identity},
        Row{"identity;q=0.5, gzip;q=0.5", Coding::gzip},
        Row{"identity;q=0, gzip;q=0.001", Coding::gzip}, Row{"identity;q=0", Coding::identity},
        Row{"*;q=0, br", Coding::brotli}, Row{"deflate, zstd", Coding::identity},
        Row{"gzip;q=1.5", Coding::identity}, Row{"gzip;q=0.1234", Coding::identity},
        Row{"gzip;q=", Coding::identity}, Row{"gzip;q=x, br;level=9;q=0.2", Coding::brotli},
        Row{",, ;q=1,gzip", Coding::gzip}, Row{"brotli, gzipped", Coding::identity}));

TEST(Pack, MakesTextSmallerAndLeavesNoiseAlone) {
  std::string text;
  for (int i = 0; i < 500; ++i) text += "{\"title\":\"微课 " + std::to_string(i) + "\"}";
  std::mt19937 random(7);
  std::string noise(5000, '\0');
  for (auto& byte : noise) byte = static_cast<char>(random());

  for (const auto coding : {Coding::gzip, Coding::brotli}) {
    for (const auto effort : {Effort::light, Effort::thorough}) {
      const auto packed = pack(coding, text, effort);
      ASSERT_TRUE(packed) << name_of(coding);
      EXPECT_LT(packed->size(), text.size() / 4);
      EXPECT_EQ(pack(coding, noise, effort), nullptr);
    }
  }
  EXPECT_EQ(pack(Coding::identity, text, Effort::light), nullptr);
}

TEST(Pack, IsWorthItForTextsOfSomeSize) {
  EXPECT_TRUE(is_worth_packing("application/json", 256));
  EXPECT_FALSE(is_worth_packing("application/json", 255));
  EXPECT_TRUE(is_worth_packing("application/vnd.apple.mpegurl", 5000));
  EXPECT_TRUE(is_worth_packing("text/html; charset=utf-8", 5000));
  EXPECT_FALSE(is_worth_packing("image/webp", 5000));
  EXPECT_FALSE(is_worth_packing("font/woff2", 5000));
}

}  // namespace
}  // namespace weike::http
