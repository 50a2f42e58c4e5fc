#include "media/images/storyboard.hpp"

#include "media/images/fitting.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace weike::media {
namespace {

constexpr int kTileSide = 160;
constexpr std::int64_t kShortestStepMs = 2'000;
constexpr std::int64_t kLongestStepMs = 5'000;
constexpr std::int64_t kTilesWanted = 100;

std::string time_text(std::int64_t ms) {
  char text[32];
  std::snprintf(text, sizeof text, "%02d:%02d:%02d.%03d", static_cast<int>(ms / 3'600'000),
                static_cast<int>(ms / 60'000 % 60), static_cast<int>(ms / 1000 % 60),
                static_cast<int>(ms % 1000));
  return text;
}

}  // namespace

int StoryboardLayout::tiles_on(int sheet) const {
  return std::clamp(tiles - (sheet - 1) * columns * rows, 0, columns * rows);
}

int StoryboardLayout::rows_on(int sheet) const { return (tiles_on(sheet) + columns - 1) / columns; }

StoryboardLayout storyboard_layout(const Plan& plan) {
  StoryboardLayout layout;
  if (plan.video.empty()) return layout;
  const VideoRung& top = plan.video.front();
  const double scale = static_cast<double>(kTileSide) / std::max(top.width, top.height);
  layout.tile_width = even_side(top.width, scale);
  layout.tile_height = even_side(top.height, scale);
  const std::int64_t duration = std::max<std::int64_t>(1, plan.duration_ms());
  layout.step_ms = std::clamp(duration / kTilesWanted, kShortestStepMs, kLongestStepMs);
  layout.tiles = static_cast<int>((duration + layout.step_ms - 1) / layout.step_ms);
  const int full = layout.columns * layout.rows;
  layout.sheets = (layout.tiles + full - 1) / full;
  return layout;
}

std::string storyboard_sheet(int number) { return "storyboard_" + std::to_string(number) + ".jpg"; }

std::string storyboard_vtt(const Plan& plan) {
  const StoryboardLayout layout = storyboard_layout(plan);
  const int full = layout.columns * layout.rows;
  std::string text = "WEBVTT\n";
  for (int tile = 0; tile < layout.tiles; ++tile) {
    const std::int64_t from = tile * layout.step_ms;
    const std::int64_t to = std::min<std::int64_t>(from + layout.step_ms, plan.duration_ms());
    const int left = tile % layout.columns * layout.tile_width;
    const int top = tile % full / layout.columns * layout.tile_height;
    text += "\n" + time_text(from) + " --> " + time_text(to) + "\n" +
            storyboard_sheet(tile / full + 1) + "#xywh=" + std::to_string(left) + "," +
            std::to_string(top) + "," + std::to_string(layout.tile_width) + "," +
            std::to_string(layout.tile_height) + "\n";
  }
  return text;
}

}  // namespace weike::media
