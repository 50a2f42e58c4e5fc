#pragma once

#include "media/plan/plan.hpp"

#include <cstdint>
#include <string>

// The pictures a seek bar shows: small ones tiled on sheets, and a WebVTT file that says which
// stands for which time. Pure functions of the plan, so the sheets' names are known before they are
// made.
namespace weike::media {

struct StoryboardLayout {
  int tile_width = 0;  // The long side is 160.
  int tile_height = 0;
  int columns = 10;
  int rows = 10;             // Of a full sheet; the last one may have fewer.
  std::int64_t step_ms = 0;  // From tile to tile: 2 to 5 s.
  int tiles = 0;
  int sheets = 0;

  int tiles_on(int sheet) const;
  int rows_on(int sheet) const;
};

StoryboardLayout storyboard_layout(const Plan& plan);

// "storyboard_1.jpg"; sheets count from 1.
std::string storyboard_sheet(int number);

// "storyboard.vtt": each cue's text is "storyboard_1.jpg#xywh=0,0,160,90" (Media Fragments URI).
std::string storyboard_vtt(const Plan& plan);

}  // namespace weike::media
