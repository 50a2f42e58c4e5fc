#pragma once

#include "media/plan/plan.hpp"
#include "model/time.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

// In which order the segments of a lesson are made (docs/decisions/0002-order-of-work.md). Pure
// functions of the plan and of what is finished.
namespace weike::server {

// How much a batch hurries; smaller goes first, among all lessons at work.
enum class Urgency : std::uint8_t {
  playable,     // Until it is made the lesson cannot be played at all.
  publishable,  // Part of the smallest rung and sound of a long lesson.
  complete,     // The rest.
};

// What one child makes from one decode.
struct Batch {
  std::vector<std::string> renditions;
  std::uint32_t first_segment = 0;
  std::uint32_t last_segment = 0;
  Urgency urgency = Urgency::complete;
  bool operator==(const Batch&) const = default;
};

// The finished segments of each rendition of a plan, by size. One thread at a time.
class FinishedSegments {
 public:
  FinishedSegments() = default;
  explicit FinishedSegments(const media::Plan& plan);

  // Does nothing for a segment the plan does not have.
  void add(const std::string& rendition, std::uint32_t number, std::uint64_t size_bytes);
  bool has(const std::string& rendition, std::uint32_t number) const;
  bool is_complete(const std::string& rendition) const;
  bool is_complete() const;
  std::uint32_t count(const std::string& rendition) const;
  std::uint64_t total_bytes(const std::string& rendition) const;
  // Sizes by number, 0 for what is missing; empty for an unknown rendition.
  const std::vector<std::uint64_t>& sizes(const std::string& rendition) const;

 private:
  std::map<std::string, std::vector<std::uint64_t>> sizes_;
};

struct OrderOptions {
  std::uint32_t batch_segments = 3;
  // Up to here all rungs come from one decode.
  Milliseconds short_lesson = std::chrono::minutes{3};
};

bool is_short(const media::Plan& plan, const OrderOptions& options);

// The smallest rung and the sound: what a lesson needs to be played.
std::vector<std::string> first_renditions(const media::Plan& plan);

// Everything that is missing, in the order in which it shall be made; nothing that is finished.
std::vector<Batch> open_batches(const media::Plan& plan, const FinishedSegments& finished,
                                const OrderOptions& options);

// The share of the work that is done, 0 to 1: segments weighed by their pixels.
double share_done(const media::Plan& plan, const FinishedSegments& finished);

}  // namespace weike::server
