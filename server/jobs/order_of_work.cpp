#include "server/jobs/order_of_work.hpp"

#include <algorithm>

namespace weike::server {
namespace {

// What sound costs, in pixels of a picture.
constexpr double kSoundWeight = 20'000;

std::vector<std::string> all_renditions(const media::Plan& plan) {
  std::vector<std::string> names;
  for (const auto& rung : plan.video) names.push_back(rung.name);
  for (const auto& rung : plan.audio) names.push_back(rung.name);
  return names;
}

std::vector<std::string> missing_of(const std::vector<std::string>& renditions,
                                    std::uint32_t number, const FinishedSegments& finished) {
  std::vector<std::string> missing;
  std::copy_if(renditions.begin(), renditions.end(), std::back_inserter(missing),
               [&](const std::string& name) { return !finished.has(name, number); });
  return missing;
}

// Appends what is missing of `renditions` in segments [first, end), in batches that end at the
// common grid of batches. Segments that miss the same renditions share one decode.
void append_missing(std::vector<Batch>& batches, const std::vector<std::string>& renditions,
                    std::uint32_t first, std::uint32_t end, Urgency urgency, std::uint32_t grid,
                    const FinishedSegments& finished) {
  for (auto number = first; number < end; ++number) {
    auto missing = missing_of(renditions, number, finished);
    if (missing.empty()) continue;
    const bool continues = !batches.empty() && number > first && number % grid != 0 &&
                           batches.back().last_segment + 1 == number &&
                           batches.back().renditions == missing;
    if (continues) {
      batches.back().last_segment = number;
    } else {
      batches.push_back({std::move(missing), number, number, urgency});
    }
  }
}

std::vector<std::string> without(std::vector<std::string> names,
                                 const std::vector<std::string>& others) {
  std::erase_if(names, [&](const std::string& name) {
    return std::find(others.begin(), others.end(), name) != others.end();
  });
  return names;
}

}  // namespace

FinishedSegments::FinishedSegments(const media::Plan& plan) {
  for (const auto& name : all_renditions(plan)) sizes_[name].resize(plan.segments.size());
}

void FinishedSegments::add(const std::string& rendition, std::uint32_t number,
                           std::uint64_t size_bytes) {
  const auto found = sizes_.find(rendition);
  if (found != sizes_.end() && number < found->second.size()) found->second[number] = size_bytes;
}

bool FinishedSegments::has(const std::string& rendition, std::uint32_t number) const {
  const auto& known = sizes(rendition);
  return number < known.size() && known[number] > 0;
}

bool FinishedSegments::is_complete(const std::string& rendition) const {
  return count(rendition) == sizes(rendition).size();
}

bool FinishedSegments::is_complete() const {
  return std::all_of(sizes_.begin(), sizes_.end(),
                     [&](const auto& entry) { return is_complete(entry.first); });
}

std::uint32_t FinishedSegments::count(const std::string& rendition) const {
  const auto& known = sizes(rendition);
  return static_cast<std::uint32_t>(
      std::count_if(known.begin(), known.end(), [](std::uint64_t size) { return size > 0; }));
}

std::uint64_t FinishedSegments::total_bytes(const std::string& rendition) const {
  std::uint64_t total = 0;
  for (const auto size : sizes(rendition)) total += size;
  return total;
}

const std::vector<std::uint64_t>& FinishedSegments::sizes(const std::string& rendition) const {
  static const std::vector<std::uint64_t> kNone;
  const auto found = sizes_.find(rendition);
  return found == sizes_.end() ? kNone : found->second;
}

bool is_short(const media::Plan& plan, const OrderOptions& options) {
  return Milliseconds{plan.duration_ms()} <= options.short_lesson;
}

std::vector<std::string> first_renditions(const media::Plan& plan) {
  std::vector<std::string> names;
  if (!plan.video.empty()) names.push_back(plan.video.back().name);
  for (const auto& rung : plan.audio) names.push_back(rung.name);
  return names;
}

std::vector<Batch> open_batches(const media::Plan& plan, const FinishedSegments& finished,
                                const OrderOptions& options) {
  const auto first = first_renditions(plan);
  const auto all = all_renditions(plan);
  const auto grid = std::max(1U, options.batch_segments);
  const auto end = static_cast<std::uint32_t>(plan.segments.size());
  const auto head = std::min(grid, end);

  std::vector<Batch> batches;
  append_missing(batches, first, 0, head, Urgency::playable, grid, finished);
  if (is_short(plan, options)) {
    append_missing(batches, without(all, first), 0, head, Urgency::complete, grid, finished);
    append_missing(batches, all, head, end, Urgency::complete, grid, finished);
  } else {
    append_missing(batches, first, head, end, Urgency::publishable, grid, finished);
    append_missing(batches, without(all, first), 0, end, Urgency::complete, grid, finished);
  }
  return batches;
}

double share_done(const media::Plan& plan, const FinishedSegments& finished) {
  double done = 0;
  double total = 0;
  const auto weigh = [&](const std::string& rendition, double weight) {
    for (const auto& segment : plan.segments) {
      const double part = weight * static_cast<double>(segment.frame_count);
      total += part;
      if (finished.has(rendition, segment.number)) done += part;
    }
  };
  for (const auto& rung : plan.video) {
    weigh(rung.name, static_cast<double>(rung.width) * static_cast<double>(rung.height));
  }
  for (const auto& rung : plan.audio) weigh(rung.name, kSoundWeight);
  return total > 0 ? done / total : 0;
}

}  // namespace weike::server
