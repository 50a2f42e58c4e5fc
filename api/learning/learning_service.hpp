#pragma once

#include "api/learning/watch_record.hpp"
#include "api/playback/media_links.hpp"
#include "model/asset.hpp"
#include "model/lesson.hpp"
#include "model/role.hpp"
#include "model/time.hpp"
#include "storage/kv/kv_store.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
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

struct LearningOptions {
  // A client's clock may be ahead by this much; beyond, `at` counts as now.
  Milliseconds clock_tolerance = std::chrono::minutes{5};
};

struct ProgressPage {
  std::vector<WatchRecord> items;
  std::optional<std::string> next;  // Where the next page starts; opaque bytes.
};

// Personal state of one lesson, laid over a shared feed page.
struct OverlayItem {
  LessonId lesson;
  std::uint32_t resume_ms = 0;
  std::uint64_t watched_ms = 0;
  std::uint32_t percent = 0;
  playback::MediaUrls urls;
};

// What members have watched. Threads may share it.
class LearningService {
 public:
  LearningService(storage::KvStore& store, const playback::MediaLinks& links, const Clock& clock,
                  LearningOptions options = {})
      : store_(store), links_(links), clock_(clock), options_(options) {}

  // Stores all items in one commit, durable when this returns. A lesson counts if its viewer may
  // see it or might have seen it before a recall; any other item is rejected, the rest is stored.
  Result<std::vector<HeartbeatResult>> record(const Viewer& viewer,
                                              const std::vector<Heartbeat>& items);

  // Own records in the order of lesson ids, or of one lesson.
  Result<ProgressPage> progress(const Viewer& viewer, std::optional<LessonId> lesson,
                                std::string_view after, std::size_t limit);

  // For those of `lessons` that the viewer may see.
  Result<std::vector<OverlayItem>> overlay(const Viewer& viewer,
                                           const std::vector<LessonId>& lessons);

 private:
  storage::KvStore& store_;
  const playback::MediaLinks& links_;
  const Clock& clock_;
  const LearningOptions options_;
};

}  // namespace weike::learning
