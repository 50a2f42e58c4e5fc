#pragma once

#include "media/plan/plan.hpp"

#include <string>
#include <string_view>
#include <vector>

// The names of the pictures of a lesson. Candidate 1 is the best; the publisher may choose another.
namespace weike::media {

inline constexpr int kCoverCandidates = 3;

// "poster.jpg" for candidate 1, else "poster_2.jpg": the whole picture, long side up to 1280.
std::string poster_file(int candidate);
// "poster_small.jpg", "poster_small_2.jpg": long side up to 480.
std::string small_poster_file(int candidate);
// "cover_1_16x9.jpg" or ".webp"; `shape` is a name of kCoverShapes.
std::string cover_file(int candidate, std::string_view shape, std::string_view form);

// All that an ImagesTask for this plan puts, in its order.
std::vector<std::string> image_files(const Plan& plan);

}  // namespace weike::media
