#include "server/jobs/order_of_work.hpp"

#include <algorithm>

namespace weike::server {
namespace {

// What sound costs, and packets that are copied as they are, in pixels of a picture to encode.
constexpr double kSoundWeight = 20'000;
constexpr double kCopyWeight = 10'000;
// Decoding and scaling against encoding a picture of the same size.
constexpr double kDecodeShare = 0.3;

using Names = std::vector<std::string>;

bool contains(const Names& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool has_copy(const media::Plan& plan, bool is_damaged) {
  return plan.copied && plan.video.size() > 1 && !is_damaged;
}

bool waits_for_viewers(const media::Plan& plan, bool is_damaged, TopRung top_rung) {
  return top_rung == TopRung::when_watched && plan.video.size() > 1 && !has_copy(plan, is_damaged);
}

Names missing_of(const Names& renditions, std::uint32_t number, const IsTaken& is_taken) {
  Names missing;
  std::copy_if(renditions.begin(), renditions.end(), std::back_inserter(missing),
               [&](const std::string& name) { return !is_taken(name, number); });
  return missing;
}

// How many of so many segments one batch takes, so that all are alike and each worker gets as many:
// as few decodes and starts of children as there can be.
std::uint32_t equal_share(std::uint32_t segments, const OrderOptions& options) {
  const auto most = std::max(1U, options.batch_segments);
  const auto workers = static_cast<std::uint32_t>(std::max<std::size_t>(1, options.workers));
  const auto divide_up = [](std::uint32_t count, std::uint32_t by) {
    return (count + by - 1) / by;
  };
  const auto batches = workers * std::max(1U, divide_up(segments, workers * most));
  return std::max(1U, divide_up(segments, batches));
}

// Segments [first, end) of some renditions.
struct Row {
  Names renditions;
  std::uint32_t first = 0;
  std::uint32_t end = 0;
  Urgency urgency = Urgency::complete;
};

// The segments that miss one of them.
std::uint32_t count_missing(const Row& row, const IsTaken& is_taken) {
  std::uint32_t count = 0;
  for (auto number = row.first; number < row.end; ++number) {
    if (!missing_of(row.renditions, number, is_taken).empty()) ++count;
  }
  return count;
}

// Appends what is missing of a row. Segments that miss the same renditions share one decode, up to
// `limit(segments left in the row)` of them.
template <class Limit>
void append_missing(std::vector<Batch>& batches, const Row& row, const IsTaken& is_taken,
                    Limit limit) {
  auto left = count_missing(row, is_taken);
  const auto begin = batches.size();
  std::uint32_t room = 0;
  for (auto number = row.first; number < row.end; ++number) {
    auto missing = missing_of(row.renditions, number, is_taken);
    if (missing.empty()) continue;
    const bool continues = batches.size() > begin && room > 0 &&
                           batches.back().last_segment + 1 == number &&
                           batches.back().renditions == missing;
    if (continues) {
      batches.back().last_segment = number;
    } else {
      room = limit(left);
      batches.push_back({std::move(missing), number, number, row.urgency});
    }
    --room;
    --left;
  }
}

// The first segment of a short lesson: what a player needs goes ahead, the rest is made of the same
// pictures. False if only one of the two is missing.
bool append_head(std::vector<Batch>& batches, const Names& first, const Names& renditions,
                 const IsTaken& is_taken) {
  auto ahead = missing_of(first, 0, is_taken);
  auto missing = missing_of(renditions, 0, is_taken);
  if (ahead.empty() || ahead.size() == missing.size()) return false;
  batches.push_back({std::move(missing), 0, 0, Urgency::playable, std::move(ahead)});
  return true;
}

double weight_of(const media::Plan& plan, const std::string& rendition) {
  if (plan.copied && plan.copied->name == rendition) return kCopyWeight;
  const auto* rung = plan.find_video(rendition);
  return rung == nullptr ? kSoundWeight
                         : static_cast<double>(rung->width) * static_cast<double>(rung->height);
}

}  // namespace

bool Batch::has(const std::string& rendition, std::uint32_t number) const {
  return number >= first_segment && number <= last_segment && contains(renditions, rendition);
}

FinishedSegments::FinishedSegments(const media::Plan& plan) {
  const auto add_name = [&](const std::string& name) { sizes_[name].resize(plan.segments.size()); };
  for (const auto& rung : plan.video) add_name(rung.name);
  for (const auto& rung : plan.audio) add_name(rung.name);
  if (plan.copied) add_name(plan.copied->name);
  if (plan.background) add_name(plan.background->name);
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

bool FinishedSegments::are_complete(const Names& renditions) const {
  return std::all_of(renditions.begin(), renditions.end(),
                     [&](const std::string& name) { return is_complete(name); });
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

Names first_renditions(const media::Plan& plan) {
  Names names;
  if (!plan.video.empty()) names.push_back(plan.video.back().name);
  for (const auto& rung : plan.audio) names.push_back(rung.name);
  return names;
}

Names offered_renditions(const media::Plan& plan, bool is_damaged) {
  Names names;
  for (const auto& rung : plan.video) names.push_back(rung.name);
  if (has_copy(plan, is_damaged)) names.front() = plan.copied->name;
  for (const auto& rung : plan.audio) names.push_back(rung.name);
  return names;
}

Names due_renditions(const media::Plan& plan, bool is_damaged, TopRung top_rung) {
  auto names = offered_renditions(plan, is_damaged);
  if (waits_for_viewers(plan, is_damaged, top_rung)) names.erase(names.begin());
  return names;
}

Names late_renditions(const media::Plan& plan, bool is_damaged, TopRung top_rung) {
  if (!waits_for_viewers(plan, is_damaged, top_rung)) return {};
  return {plan.video.front().name};
}

std::vector<Batch> open_batches(const media::Plan& plan, const Names& renditions,
                                const IsTaken& is_taken, const OrderOptions& options) {
  const auto playable = first_renditions(plan);
  Names first;
  Names rest;
  for (const auto& name : renditions) (contains(playable, name) ? first : rest).push_back(name);
  const auto end = static_cast<std::uint32_t>(plan.segments.size());
  const auto head = first.empty() ? 0 : std::min(1U, end);
  const bool is_one_decode = is_short(plan, options);
  const auto whole = [&](std::uint32_t) { return std::max(1U, options.batch_segments); };
  const Row all_of_it{is_one_decode ? renditions : rest, 0, end};
  const auto share = equal_share(count_missing(all_of_it, is_taken), options);
  const auto shared_out = [&](std::uint32_t left) {
    // One more, rather than a child for that one alone.
    return share > 1 && share < options.batch_segments && left == share + 1 ? left : share;
  };

  std::vector<Batch> batches;
  const bool has_head =
      is_one_decode && head > 0 && append_head(batches, first, renditions, is_taken);
  if (!has_head) append_missing(batches, {first, 0, head, Urgency::playable}, is_taken, whole);
  if (is_one_decode) {
    // All rungs together make it publishable; without the first ones it is so already.
    const auto urgency = first.empty() ? Urgency::complete : Urgency::publishable;
    if (!has_head) append_missing(batches, {rest, 0, head, urgency}, is_taken, whole);
    append_missing(batches, {renditions, head, end, urgency}, is_taken, shared_out);
  } else {
    append_missing(batches, {first, head, end, Urgency::publishable}, is_taken, whole);
    append_missing(batches, {rest, 0, end, Urgency::complete}, is_taken, shared_out);
  }
  return batches;
}

std::pair<Batch, Batch> split_ahead(const Batch& batch) {
  Batch first{batch.ahead, batch.first_segment, batch.last_segment, batch.urgency};
  Batch rest{{}, batch.first_segment, batch.last_segment, Urgency::publishable};
  for (const auto& name : batch.renditions) {
    if (!contains(batch.ahead, name)) rest.renditions.push_back(name);
  }
  return {std::move(first), std::move(rest)};
}

double cost_of(const media::Plan& plan, const Names& renditions, std::uint32_t number) {
  if (number >= plan.segments.size()) return 0;
  double weight = 0;
  bool has_picture = false;
  for (const auto& name : renditions) {
    weight += weight_of(plan, name);
    has_picture |= plan.find_video(name) != nullptr;
  }
  if (has_picture && !plan.video.empty()) {
    weight += kDecodeShare * weight_of(plan, plan.video.front().name);
  }
  return weight * static_cast<double>(plan.segments[number].frame_count);
}

double share_done(const media::Plan& plan, const Names& renditions,
                  const FinishedSegments& finished) {
  double done = 0;
  double total = 0;
  for (const auto& name : renditions) {
    const double weight = weight_of(plan, name);
    const auto& sizes = finished.sizes(name);
    for (const auto& segment : plan.segments) {
      const double part = weight * static_cast<double>(segment.frame_count);
      total += part;
      if (segment.number < sizes.size() && sizes[segment.number] > 0) done += part;
    }
  }
  return total > 0 ? done / total : 0;
}

}  // namespace weike::server
