#pragma once

#include "model/id.hpp"
#include "model/time.hpp"
#include "model/watch_ranges.hpp"

#include <optional>
#include <string>
#include <vector>

namespace weike::learning {

// What a player reports: stretches that were watched of one lesson, and when. Given twice, late or
// out of order it changes nothing more.
struct Heartbeat {
  std::string id;                  // The client's own, to tell the results apart.
  std::optional<LessonId> lesson;  // Nothing if what was sent is no id.
  std::vector<WatchRange> ranges;
  Timestamp at{};
};

struct HeartbeatResult {
  std::string id;
  std::string code;  // Why it was rejected; empty if it was stored.
};

using HeartbeatResults = std::vector<HeartbeatResult>;

}  // namespace weike::learning
