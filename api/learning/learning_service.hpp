#pragma once

#include "api/learning/heartbeat_writer.hpp"
#include "api/learning/watch_record.hpp"
#include "api/playback/media_links.hpp"
#include "model/asset.hpp"
#include "model/lesson.hpp"
#include "model/role.hpp"
#include "model/time.hpp"
#include "storage/kv/kv_store.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weike::learning {

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
                  HeartbeatOptions options = {})
      : store_(store), links_(links), writer_(store, clock, options) {}

  // Queues all items, to be stored in one commit, after those that came before. A lesson counts if
  // its viewer may see it or might have seen it before a recall; any other item is rejected, the
  // rest is stored. `unavailable` when too many wait; `unauthorized` for a visitor.
  Result<std::shared_ptr<HeartbeatTicket>> record(const Viewer& viewer,
                                                  std::vector<Heartbeat> items);
  HeartbeatWriter& heartbeat_writer() { return writer_; }

  // Own records in the order of lesson ids, or of one lesson.
  Result<ProgressPage> progress(const Viewer& viewer, std::optional<LessonId> lesson,
                                std::string_view after, std::size_t limit);

  // For those of `lessons` that the viewer may see.
  Result<std::vector<OverlayItem>> overlay(const Viewer& viewer,
                                           const std::vector<LessonId>& lessons);

 private:
  storage::KvStore& store_;
  const playback::MediaLinks& links_;
  HeartbeatWriter writer_;
};

}  // namespace weike::learning
