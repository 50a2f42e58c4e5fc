#include "media/transcode/video_encoder.hpp"

#include "media/av/frame_pool.hpp"

#include <gtest/gtest.h>
#include <malloc.h>

namespace weike::media {
namespace {

struct Size {
  int width;
  int height;
};

void PrintTo(const Size& size, std::ostream* out) { *out << size.width << "x" << size.height; }

// A pattern that moves, with some noise on it.
FramePtr picture_of(FramePool& pool, int number) {
  FramePtr picture = pool.take();
  for (int plane = 0; plane < 3; ++plane) {
    const int shift = plane == 0 ? 0 : 1;
    for (int y = 0; y < picture->height >> shift; ++y) {
      for (int x = 0; x < picture->width >> shift; ++x) {
        const int wave = (x * (y / 16 + 3) / 8 + number * 3) % 160;
        const auto mixed = static_cast<std::uint32_t>(x * 31 + y * 17 + number * 101) * 2654435761U;
        const int noise = static_cast<int>(mixed >> 29);
        picture->data[plane][y * picture->linesize[plane] + x] =
            static_cast<std::uint8_t>(40 + wave + noise);
      }
    }
  }
  return picture;
}

// The coded pictures, with all memory that malloc hands out filled first.
std::vector<Bytes> coded(const Size& size, int filling) {
  mallopt(M_PERTURB, filling);
  Plan plan;
  plan.frame_rate = {30, 1};
  const VideoRung rung{"v", size.width, size.height, 23, 2500};
  auto encoder = VideoEncoder::open(rung, plan);
  EXPECT_TRUE(encoder);
  FramePool pool(size.width, size.height);
  for (int i = 0; i < 45; ++i) EXPECT_TRUE(encoder->add(picture_of(pool, i), i, i == 0));
  auto samples = encoder->finish();
  EXPECT_TRUE(samples);
  mallopt(M_PERTURB, 0);
  std::vector<Bytes> bytes;
  for (Sample& sample : *samples) bytes.push_back(std::move(sample.data));
  return bytes;
}

class EncodedPictures : public ::testing::TestWithParam<Size> {};

// Sizes of which a row of macroblocks is a multiple of eight, and others.
TEST_P(EncodedPictures, DoNotDependOnWhatMemoryHeld) {
  const auto one = coded(GetParam(), 1);

  const auto other = coded(GetParam(), 77);

  ASSERT_EQ(one.size(), 45U);
  EXPECT_TRUE(one == other);
}

INSTANTIATE_TEST_SUITE_P(Sizes, EncodedPictures,
                         ::testing::Values(Size{1280, 720}, Size{854, 480}, Size{640, 360},
                                           Size{360, 640}, Size{480, 854}));

}  // namespace
}  // namespace weike::media
