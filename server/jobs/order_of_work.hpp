#pragma once

#include "media/plan/plan.hpp"
#include "model/time.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

// In which order the segments of a lesson are made (docs/decisions/0002-order-of-work.md). Pure
// functions of the plan and of what is finished.
namespace weike::server {

// How much a batch hurries; smaller goes first, among all lessons at work.
enum class Urgency : std::uint8_t {
  playable,     // Until it is made the lesson cannot be played at all.
  publishable,  // Of a long lesson the smallest rung and sound; of a short one everything.
  complete,     // The rest.
};

// What one child makes from one decode.
struct Batch {
  std::vector<std::string> renditions;
  std::uint32_t first_segment = 0;
  std::uint32_t last_segment = 0;
  Urgency urgency = Urgency::complete;
  // Some of `renditions`, which the child delivers before it works on the others.
  std::vector<std::string> ahead = {};
  bool operator==(const Batch&) const = default;

  bool has(const std::string& rendition, std::uint32_t number) const;
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
  bool are_complete(const std::vector<std::string>& renditions) const;
  std::uint32_t count(const std::string& rendition) const;
  std::uint64_t total_bytes(const std::string& rendition) const;
  // Sizes by number, 0 for what is missing; empty for an unknown rendition.
  const std::vector<std::uint64_t>& sizes(const std::string& rendition) const;

 private:
  std::map<std::string, std::vector<std::uint64_t>> sizes_;
};

// When the largest encoded rung is made.
enum class TopRung : std::uint8_t {
  eager,         // Before the lesson is ready.
  when_watched,  // When somebody watches the lesson; a lesson with one rung does not wait.
};

struct OrderOptions {
  std::uint32_t batch_segments = 8;
  // Up to here all rungs come from one decode.
  Milliseconds short_lesson = std::chrono::minutes{3};
  // Batches are alike and as many for each of these, so that none works long alone.
  std::size_t workers = 2;
};

bool is_short(const media::Plan& plan, const OrderOptions& options);

// The smallest rung and the sound: what a lesson needs to be played.
std::vector<std::string> first_renditions(const media::Plan& plan);

// The renditions that a finished lesson offers, largest rung first, then the sound. The top one is
// the copy of the source's pictures, if the plan has one and no frame of it is damaged; else the
// encoded one. The background rung is none of them.
std::vector<std::string> offered_renditions(const media::Plan& plan, bool is_damaged);
// Those of them that are made before the lesson is ready.
std::vector<std::string> due_renditions(const media::Plan& plan, bool is_damaged, TopRung top_rung);
// And those that wait until it is watched: one or none.
std::vector<std::string> late_renditions(const media::Plan& plan, bool is_damaged,
                                         TopRung top_rung);

// Is the segment finished, or at work somewhere?
using IsTaken = std::function<bool(const std::string& rendition, std::uint32_t number)>;

// Everything of `renditions` that is not taken, in the order in which it shall be made.
std::vector<Batch> open_batches(const media::Plan& plan, const std::vector<std::string>& renditions,
                                const IsTaken& is_taken, const OrderOptions& options);

// What goes ahead in a batch as a batch of its own, and the rest as another.
std::pair<Batch, Batch> split_ahead(const Batch& batch);

// Roughly what it costs to make a segment of these renditions from one decode, in units that only
// compare.
double cost_of(const media::Plan& plan, const std::vector<std::string>& renditions,
               std::uint32_t number);

// The share of the work on `renditions` that is done, 0 to 1: segments weighed by their cost.
double share_done(const media::Plan& plan, const std::vector<std::string>& renditions,
                  const FinishedSegments& finished);

}  // namespace weike::server
