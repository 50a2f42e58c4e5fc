#include "tests/storage/kv_engines.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <latch>
#include <string>
#include <thread>
#include <vector>

namespace weike::storage {
namespace {

// Many threads on one store.
class KvThreads : public testing::TestWithParam<const char*> {
 protected:
  KvStore& store() { return *fixture_.store; }

 private:
  KvFixture fixture_ = make_kv_fixture(GetParam());
};

INSTANTIATE_TEST_SUITE_P(Engines, KvThreads, kKvEngines, engine_name);

// Runs `work` in each of `count` threads at the same time.
void in_threads(int count, const std::function<void(int)>& work) {
  std::latch start(count);
  std::vector<std::jthread> threads;
  for (int i = 0; i < count; ++i)
    threads.emplace_back([&start, &work, i] {
      start.arrive_and_wait();
      work(i);
    });
}

TEST_P(KvThreads, ManyThreadsLoseNoIncrement) {
  constexpr int kThreads = 8;
  constexpr int kRounds = 40;
  put_one(store(), "counter", "0");

  in_threads(kThreads, [this](int) {
    for (int round = 0; round < kRounds; ++round) {
      const auto done = store().transact([](Transaction& transaction) -> Result<> {
        const int value = std::stoi(*transaction.get("counter").value());
        return transaction.put("counter", std::to_string(value + 1));
      });
      EXPECT_TRUE(done);
    }
  });

  EXPECT_EQ(get_one(store(), "counter"), std::to_string(kThreads * kRounds));
}

// Moves between accounts keep the sum, and every reader sees it whole.
TEST_P(KvThreads, ReadersSeeWholeTransactionsOnly) {
  put_all(store(), {{"sum/1", "50"}, {"sum/2", "50"}});
  std::atomic<bool> is_over = false;
  std::jthread mover([&] {
    for (int i = 0; i < 100; ++i) {
      const auto moved = store().transact([i](Transaction& transaction) -> Result<> {
        transaction.put("sum/1", std::to_string(i)).value();
        return transaction.put("sum/2", std::to_string(100 - i));
      });
      EXPECT_TRUE(moved);
    }
    is_over = true;
  });

  while (!is_over) {
    const auto done = store().read([](Transaction& transaction) -> Result<> {
      const auto entries = transaction.scan(KeyRange::of_prefix("sum/"), 9).value();
      EXPECT_EQ(std::stoi(entries[0].value) + std::stoi(entries[1].value), 100);
      return {};
    });
    EXPECT_TRUE(done);
  }
}

// Each thread appends the next number under a key that it found free; there is no gap and no
// double.
TEST_P(KvThreads, ManyThreadsAppendWithoutGaps) {
  constexpr int kThreads = 6;
  constexpr int kRounds = 20;

  in_threads(kThreads, [this](int) {
    for (int round = 0; round < kRounds; ++round) {
      const auto done = store().transact([](Transaction& transaction) -> Result<> {
        const auto last =
            transaction.scan(KeyRange::of_prefix("log/"), 1, ScanDirection::descending).value();
        const int next = last.empty() ? 1000 : std::stoi(last.front().key.substr(4)) + 1;
        return transaction.put("log/" + std::to_string(next), "");
      });
      EXPECT_TRUE(done);
    }
  });

  const auto done = store().read([](Transaction& transaction) -> Result<> {
    const auto entries = transaction.scan(KeyRange::of_prefix("log/"), 1000).value();
    EXPECT_EQ(entries.size(), static_cast<std::size_t>(kThreads * kRounds));
    EXPECT_EQ(entries.back().key, "log/" + std::to_string(1000 + kThreads * kRounds - 1));
    return {};
  });
  EXPECT_TRUE(done);
}

}  // namespace
}  // namespace weike::storage
