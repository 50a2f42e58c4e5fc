#include "media/transcode/plane_scaler.hpp"

#include "media/av/frame_pool.hpp"
#include "media/transcode/picture_chain.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

extern "C" {
#include <libswscale/swscale.h>
}

namespace weike::media {
namespace {

struct Case {
  PlaneSize from;
  PlaneSize to;
};

void PrintTo(const Case& each, std::ostream* out) {
  *out << each.from.width << "x" << each.from.height << " to " << each.to.width << "x"
       << each.to.height;
}

struct Plane {
  explicit Plane(PlaneSize of) : size(of), stride(of.width + 3) {
    bytes.resize(static_cast<std::size_t>(stride) * static_cast<std::size_t>(of.height));
  }
  std::uint8_t& at(int x, int y) { return bytes[static_cast<std::size_t>(y * stride + x)]; }

  PlaneSize size;
  int stride;
  std::vector<std::uint8_t> bytes;
};

// Waves with noise, and hard edges that make bicubic overshoot.
Plane picture_of(PlaneSize size) {
  Plane plane(size);
  std::minstd_rand random(7);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const double wave = 128 + 90 * std::sin(x * 0.05 + y * 0.02);
      const int noise = static_cast<int>(random() % 17) - 8;
      const bool is_edge = (x / 9 + y / 7) % 5 == 0;
      const int value = is_edge ? (x / 9 % 2 == 0 ? 0 : 255) : static_cast<int>(wave) + noise;
      plane.at(x, y) = static_cast<std::uint8_t>(std::clamp(value, 0, 255));
    }
  }
  return plane;
}

Plane scaled(Plane& from, PlaneSize to) {
  Plane result(to);
  PlaneScaler scaler(from.size, to);
  scaler.scale(from.bytes.data(), from.stride, result.bytes.data(), result.stride);
  return result;
}

// What the sums say, one sample after the other.
Plane spelled_out(Plane& from, PlaneSize to) {
  const BicubicTaps columns(from.size.width, to.width);
  const BicubicTaps lines(from.size.height, to.height);
  const auto weight = [](const BicubicTaps& taps, int of, int tap) {
    return int{taps.weights[static_cast<std::size_t>(of * taps.count + tap)]};
  };
  std::vector<int> narrowed;
  for (int y = 0; y < from.size.height; ++y) {
    for (int x = 0; x < to.width; ++x) {
      int sum = 1 << 6;
      for (int tap = 0; tap < columns.count; ++tap)
        sum +=
            from.at(columns.first[static_cast<std::size_t>(x)] + tap, y) * weight(columns, x, tap);
      narrowed.push_back(std::clamp(sum >> 7, -32768, 32767));
    }
  }
  Plane result(to);
  for (int y = 0; y < to.height; ++y) {
    for (int x = 0; x < to.width; ++x) {
      int sum = 1 << 20;
      for (int tap = 0; tap < lines.count; ++tap) {
        const int row = lines.first[static_cast<std::size_t>(y)] + tap;
        sum += narrowed[static_cast<std::size_t>(row * to.width + x)] * weight(lines, y, tap);
      }
      result.at(x, y) = static_cast<std::uint8_t>(std::clamp(sum >> 21, 0, 255));
    }
  }
  return result;
}

Plane scaled_by_libswscale(const Plane& from, PlaneSize to) {
  Plane result(to);
  SwsContext* scaler =
      sws_getContext(from.size.width, from.size.height, AV_PIX_FMT_GRAY8, to.width, to.height,
                     AV_PIX_FMT_GRAY8, SWS_BICUBIC | SWS_ACCURATE_RND, nullptr, nullptr, nullptr);
  const std::uint8_t* in[4] = {from.bytes.data(), nullptr, nullptr, nullptr};
  const int in_stride[4] = {from.stride, 0, 0, 0};
  // It writes whole vectors, also beyond the end.
  std::vector<std::uint8_t> room(result.bytes.size() + 4096);
  const int stride = result.stride;
  std::uint8_t* out[4] = {room.data(), nullptr, nullptr, nullptr};
  const int out_stride[4] = {stride, 0, 0, 0};
  sws_scale(scaler, in, in_stride, 0, from.size.height, out, out_stride);
  sws_freeContext(scaler);
  std::copy_n(room.begin(), result.bytes.size(), result.bytes.begin());
  return result;
}

class ScaledPlane : public ::testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    if (!PlaneScaler::suits(GetParam().from, GetParam().to))
      GTEST_SKIP() << "this processor has no such instructions";
  }
};

TEST_P(ScaledPlane, IsTheSumOfItsTapsAndNothingIsWrittenBesides) {
  Plane source = picture_of(GetParam().from);

  const Plane ours = scaled(source, GetParam().to);

  EXPECT_TRUE(ours.bytes == spelled_out(source, GetParam().to).bytes);
}

TEST_P(ScaledPlane, LooksAsLibswscaleMakesIt) {
  Plane source = picture_of(GetParam().from);

  Plane ours = scaled(source, GetParam().to);

  Plane theirs = scaled_by_libswscale(source, GetParam().to);
  double squares = 0;
  double sum = 0;
  for (int y = 0; y < ours.size.height; ++y) {
    for (int x = 0; x < ours.size.width; ++x) {
      const double difference = int{ours.at(x, y)} - int{theirs.at(x, y)};
      squares += difference * difference;
      sum += difference;
    }
  }
  const double count = static_cast<double>(ours.size.width) * ours.size.height;
  EXPECT_GT(10 * std::log10(255 * 255 * count / std::max(squares, 1e-9)), 50);
  EXPECT_LT(std::abs(sum / count), 0.1);
}

INSTANTIATE_TEST_SUITE_P(
    Sizes, ScaledPlane,
    ::testing::Values(Case{{1920, 1080}, {1280, 720}}, Case{{1280, 720}, {854, 480}},
                      Case{{854, 480}, {640, 360}}, Case{{427, 240}, {320, 180}},
                      Case{{1080, 1920}, {720, 1280}}, Case{{1600, 900}, {1280, 720}},
                      Case{{100, 61}, {51, 60}}, Case{{33, 16}, {33, 8}}, Case{{17, 9}, {9, 9}}));

// The planes of a picture, one after the other.
std::vector<Plane> planes_of(const AVFrame& picture) {
  std::vector<Plane> planes;
  for (std::size_t i = 0; i < 3; ++i) {
    const int shift = i == 0 ? 0 : 1;
    Plane& plane = planes.emplace_back(
        PlaneSize{(picture.width + shift) >> shift, (picture.height + shift) >> shift});
    for (int y = 0; y < plane.size.height; ++y)
      std::copy_n(picture.data[i] + y * picture.linesize[i], plane.size.width, &plane.at(0, y));
  }
  return planes;
}

TEST(RungScaler, ScalesEachPlaneSo) {
  if (!PlaneScaler::suits({427, 240}, {320, 180})) GTEST_SKIP() << "no such instructions";
  FramePool pool(854, 480);
  FramePtr picture = pool.take();
  for (std::size_t i = 0; i < 3; ++i) {
    Plane plane = picture_of({i == 0 ? 854 : 427, i == 0 ? 480 : 240});
    for (int y = 0; y < plane.size.height; ++y)
      std::copy_n(&plane.at(0, y), plane.size.width, picture->data[i] + y * picture->linesize[i]);
  }
  std::vector<Plane> sources = planes_of(*picture);
  RungScaler scaler(640, 360);

  const auto smaller = scaler.make(std::move(picture));

  ASSERT_TRUE(smaller);
  const std::vector<Plane> results = planes_of(**smaller);
  for (std::size_t i = 0; i < results.size(); ++i)
    EXPECT_TRUE(results[i].bytes == spelled_out(sources[i], results[i].size).bytes) << i;
}

TEST(PlaneScaler, LeavesOtherSizesToLibswscale) {
  EXPECT_FALSE(PlaneScaler::suits({640, 360}, {1280, 720}));
  EXPECT_FALSE(PlaneScaler::suits({1920, 1080}, {640, 360}));
  EXPECT_FALSE(PlaneScaler::suits({6, 6}, {4, 4}));
}

TEST(BicubicTaps, AddUpToOneAndStayInside) {
  for (const auto& [from, to] : {std::pair{1920, 1280}, {1280, 854}, {854, 640}, {16, 9}, {9, 9}}) {
    const BicubicTaps taps(from, to);

    for (int i = 0; i < to; ++i) {
      int sum = 0;
      for (int tap = 0; tap < taps.count; ++tap)
        sum += taps.weights[static_cast<std::size_t>(i * taps.count + tap)];
      EXPECT_EQ(sum, BicubicTaps::kOne);
      EXPECT_GE(taps.first[static_cast<std::size_t>(i)], 0);
      EXPECT_LE(taps.first[static_cast<std::size_t>(i)] + taps.count, from);
    }
  }
}

}  // namespace
}  // namespace weike::media
