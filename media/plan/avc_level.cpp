#include "media/plan/avc_level.hpp"

#include <array>

namespace weike::media {
namespace {

struct Level {
  int number;
  std::int64_t macroblocks_per_second;
  std::int64_t macroblocks;
  std::int64_t kbps;
};

constexpr std::array kLevels{
    Level{13, 11'880, 396, 768},         Level{20, 11'880, 396, 2'000},
    Level{21, 19'800, 792, 4'000},       Level{22, 20'250, 1'620, 4'000},
    Level{30, 40'500, 1'620, 10'000},    Level{31, 108'000, 3'600, 14'000},
    Level{32, 216'000, 5'120, 20'000},   Level{40, 245'760, 8'192, 20'000},
    Level{42, 522'240, 8'704, 50'000},   Level{50, 589'824, 22'080, 135'000},
    Level{51, 983'040, 36'864, 240'000},
};

}  // namespace

int avc_level(const VideoRung& rung, Rational frame_rate) {
  const std::int64_t columns = (rung.width + 15) / 16;
  const std::int64_t rows = (rung.height + 15) / 16;
  const std::int64_t macroblocks = columns * rows;
  for (const Level& level : kLevels) {
    // Neither side may be longer than the square root of eight times the frame size (A.3.1).
    const bool is_shape_fine =
        columns * columns <= 8 * level.macroblocks && rows * rows <= 8 * level.macroblocks;
    const bool is_rate_fine = static_cast<double>(macroblocks) * frame_rate.value() <=
                              static_cast<double>(level.macroblocks_per_second);
    if (is_shape_fine && is_rate_fine && macroblocks <= level.macroblocks &&
        std::int64_t{2} * rung.max_kbps <= level.kbps)  // The buffer is twice the rate.
      return level.number;
  }
  return kLevels.back().number;
}

}  // namespace weike::media
