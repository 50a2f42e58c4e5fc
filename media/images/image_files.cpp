#include "media/images/image_files.hpp"

#include "media/images/crops.hpp"
#include "media/images/storyboard.hpp"

namespace weike::media {
namespace {

std::string numbered(std::string name, int candidate) {
  if (candidate > 1) name += "_" + std::to_string(candidate);
  return name + ".jpg";
}

}  // namespace

std::string poster_file(int candidate) { return numbered("poster", candidate); }
std::string small_poster_file(int candidate) { return numbered("poster_small", candidate); }

std::string cover_file(int candidate, std::string_view shape, std::string_view form) {
  return "cover_" + std::to_string(candidate) + "_" + std::string(shape) + "." + std::string(form);
}

std::vector<std::string> image_files(const Plan& plan) {
  std::vector<std::string> names;
  for (int candidate = 1; candidate <= kCoverCandidates; ++candidate) {
    names.push_back(poster_file(candidate));
    names.push_back(small_poster_file(candidate));
    for (const CoverShape& shape : kCoverShapes) {
      names.push_back(cover_file(candidate, shape.name, "jpg"));
      names.push_back(cover_file(candidate, shape.name, "webp"));
    }
  }
  const int sheets = storyboard_layout(plan).sheets;
  for (int sheet = 1; sheet <= sheets; ++sheet) names.push_back(storyboard_sheet(sheet));
  return names;
}

}  // namespace weike::media
