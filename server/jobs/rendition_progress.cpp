#include "server/jobs/rendition_progress.hpp"

#include <algorithm>

namespace weike::server {

std::vector<RenditionProgress> progress_of(const media::Plan& plan,
                                           const std::vector<std::string>& names,
                                           const FinishedSegments& finished,
                                           const std::vector<RenditionProgress>& before) {
  std::vector<RenditionProgress> all;
  for (const auto& name : names) {
    const auto known = std::find_if(before.begin(), before.end(),
                                    [&](const auto& rendition) { return rendition.name == name; });
    auto& rendition = all.emplace_back();
    if (known != before.end()) rendition = *known;
    rendition.name = name;
    rendition.done = finished.count(name);
    rendition.total = static_cast<std::uint32_t>(plan.segments.size());
    rendition.size_bytes = finished.total_bytes(name);
  }
  return all;
}

}  // namespace weike::server
