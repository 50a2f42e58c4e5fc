#include "api/uploads/upload_locks.hpp"

#include <gtest/gtest.h>

#include <future>
#include <thread>

namespace weike::uploads {
namespace {

using namespace std::chrono_literals;

constexpr auto kLongPatience = 1h;  // Whoever waits so long in vain makes the test hang.

// Keeps an upload until it is told to let go, and tells when somebody asked for it.
class StubbornHolder {
 public:
  StubbornHolder(UploadLocks& locks, UploadId id) : hold_(locks.acquire(id, 0ms).value()) {
    hold_.on_wanted([this] { asked_.set_value(); });
  }
  void wait_until_asked() { asked_.get_future().wait(); }
  void let_go() { hold_.release(); }

 private:
  std::promise<void> asked_;
  UploadHold hold_;
};

// Lets an upload go, on a thread of its own, as soon as it is asked to.
class YieldingHolder {
 public:
  YieldingHolder(UploadLocks& locks, UploadId id)
      : holder_(locks, id), thread_([this] {
          holder_.wait_until_asked();
          holder_.let_go();
        }) {}
  void wait_until_gone() { thread_.join(); }

 private:
  StubbornHolder holder_;
  std::jthread thread_;
};

std::future<bool> acquire_elsewhere(UploadLocks& locks, UploadId id) {
  return std::async(std::launch::async,
                    [&locks, id] { return locks.acquire(id, kLongPatience).has_value(); });
}

class UploadLocksTest : public ::testing::Test {
 protected:
  const UploadId first = UploadId::make_random();
  const UploadId second = UploadId::make_random();
};

// A waiter would get the second upload here, because its holder lets go: `locked` means that it
// did not wait.
TEST_F(UploadLocksTest, WaitersBeyondTheBoundAreToldAtOnceAndTheHolderIsAskedAllTheSame) {
  UploadLocks locks(1);
  StubbornHolder stubborn(locks, first);
  auto waiter = acquire_elsewhere(locks, first);
  stubborn.wait_until_asked();
  YieldingHolder yielding(locks, second);

  const auto refused = locks.acquire(second, kLongPatience);

  EXPECT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::locked);
  yielding.wait_until_gone();
  EXPECT_TRUE(locks.acquire(second, 0ms));
  stubborn.let_go();
  EXPECT_TRUE(waiter.get());
}

TEST_F(UploadLocksTest, AnUploadThatNobodyHoldsNeedsNoPlaceToWait) {
  UploadLocks locks(0);

  const auto hold = locks.acquire(first, 0ms);

  EXPECT_TRUE(hold);
}

TEST_F(UploadLocksTest, WithoutPlacesToWaitNobodyWaits) {
  UploadLocks locks(0);
  YieldingHolder yielding(locks, first);

  const auto refused = locks.acquire(first, kLongPatience);

  EXPECT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::locked);
  yielding.wait_until_gone();
  EXPECT_TRUE(locks.acquire(first, 0ms));
}

TEST_F(UploadLocksTest, WhoeverGivesUpOrGetsTheUploadFreesItsPlace) {
  UploadLocks locks(1);
  StubbornHolder stubborn(locks, first);
  EXPECT_FALSE(locks.acquire(first, 0ms));

  for (int i = 0; i < 3; ++i) {
    YieldingHolder yielding(locks, second);
    EXPECT_TRUE(locks.acquire(second, kLongPatience));
    yielding.wait_until_gone();
  }
}

}  // namespace
}  // namespace weike::uploads
