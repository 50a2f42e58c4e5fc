#pragma once

#include "model/id.hpp"
#include "model/time.hpp"
#include "model/watch_ranges.hpp"
#include "storage/kv/kv_store.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace weike::learning {

// The distinct stretches that were watched of one video.
struct WatchedVideo {
  AssetId asset;
  std::uint32_t duration_ms = 0;
  WatchRanges ranges;
};

// What one member has watched of one lesson. Stored; versioned JSON.
struct WatchRecord {
  LessonId lesson;
  WatchedVideo video;                // Of the live version.
  std::vector<WatchedVideo> former;  // Of earlier versions with another video: nothing is lost.
  std::uint32_t resume_ms = 0;
  Timestamp resume_at{};  // When the member was there, by the member's clock.
  Timestamp updated_at{};

  // Goes on with `asset`: what was watched of another video moves to `former`, or comes back.
  void turn_to(AssetId asset, std::uint32_t duration_ms);
  // Adds stretches clipped to the video. Idempotent and commutative: stretches unite, and the
  // resume position is the end of the last stretch of the batch with the greatest `at`.
  void add(const std::vector<WatchRange>& ranges, Timestamp at);

  std::uint64_t watched_ms() const { return video.ranges.total_ms(); }
  std::uint32_t percent() const;  // 0 to 100, 100 only when all was watched.
};

void to_json(nlohmann::json& json, const WatchRecord& record);
void from_json(const nlohmann::json& json, WatchRecord& record);
// As nlohmann::json(record).dump(), without the detour: every heartbeat writes one.
std::string encode(const WatchRecord& record);

// Nothing if the member has not watched any of it.
Result<std::optional<WatchRecord>> load_watch(storage::Transaction& transaction, AccountId account,
                                              LessonId lesson);

}  // namespace weike::learning
