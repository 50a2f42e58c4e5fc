#pragma once

#include "api/learning/heartbeat.hpp"
#include "api/learning/known_records.hpp"
#include "api/learning/watch_record.hpp"
#include "model/asset.hpp"
#include "model/lesson.hpp"
#include "model/role.hpp"
#include "storage/kv/kv_store.hpp"

#include <memory>
#include <vector>

namespace weike::learning {

// Lays heartbeats upon members' records, in the caller's transaction. It belongs to one thread.
class Ledger {
 public:
  // `clock_tolerance`: a client's clock may be ahead by this much; beyond, `at` counts as now.
  explicit Ledger(Milliseconds clock_tolerance) : clock_tolerance_(clock_tolerance) {}

  // At the begin of each transaction.
  void start() {
    lessons_.start();
    assets_.start();
  }
  // One member's request: one result for each item. Fails when a record is damaged or the
  // transaction cannot read; then the transaction must not be committed.
  Result<HeartbeatResults> add(storage::Transaction& transaction, const Viewer& viewer,
                               const std::vector<Heartbeat>& items, Timestamp now);

 private:
  struct Opened {
    LessonId lesson;
    std::optional<WatchRecord> record;  // Nothing if the viewer has no business with the lesson.
  };
  Result<std::optional<WatchRecord>> open(storage::Transaction& transaction, const Viewer& viewer,
                                          LessonId id);
  Result<> save(storage::Transaction& transaction, AccountId account, WatchRecord record);

  const Milliseconds clock_tolerance_;
  KnownRecords<Lesson> lessons_{512};
  KnownRecords<Asset> assets_{512};
  KnownRecords<WatchRecord> watched_{4'096};
};

}  // namespace weike::learning
