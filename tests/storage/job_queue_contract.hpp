#pragma once

#include "storage/queue/job_queue.hpp"
#include "tests/storage/kv_engines.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace weike::storage {

inline UnitId unit_of(int number) {
  UnitId::Bytes bytes{};
  bytes.back() = static_cast<std::uint8_t>(number);
  return UnitId(bytes);
}

// What every test of the queue works with. Jobs are named by their payload.
class JobQueueContract : public testing::TestWithParam<const char*> {
 protected:
  JobId add(const std::string& payload, int unit = 0, JobClass job_class = JobClass::normal) {
    JobRequest request{.job_class = job_class, .unit = unit_of(unit), .payload = payload};
    enqueue(request);
    return request.id;
  }
  void enqueue(const JobRequest& request) {
    EXPECT_TRUE(store().transact([&](Transaction& t) { return queue_.enqueue(t, request); }));
  }
  // The payload of the job that is leased next; "" if there is none.
  std::string next() {
    const auto lease = queue_.lease().value();
    return lease ? lease->payload : "";
  }
  Result<> complete(const Lease& lease) {
    return store().transact([&](Transaction& t) { return queue_.complete(t, lease); });
  }
  Result<> confirm(const Lease& lease) {
    return store().transact([&](Transaction& t) { return queue_.confirm(t, lease); });
  }
  void cancel(JobId id) {
    EXPECT_TRUE(store().transact([&](Transaction& t) { return queue_.cancel(t, id); }));
  }
  // Whether it was the last try; nothing if the lease was lost.
  std::optional<bool> fail(const Lease& lease, const std::string& error = "it broke") {
    std::optional<bool> is_last;
    const auto failed = store().transact([&](Transaction& t) -> Result<> {
      const auto result = queue_.fail(t, lease, error);
      if (!result) return result.error();
      is_last = *result;
      return {};
    });
    EXPECT_TRUE(failed || failed.error().code == ErrorCode::conflict);
    return is_last;
  }
  KvStore& store() { return *fixture_.store; }

  KvFixture fixture_ = make_kv_fixture(GetParam());
  ManualClock clock_;
  JobQueue queue_{*fixture_.store,
                  clock_,
                  {.lease = std::chrono::seconds{30},
                   .retry_delay = std::chrono::seconds{1},
                   .max_attempts = 3}};
};

}  // namespace weike::storage
