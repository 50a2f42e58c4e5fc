#include "tests/storage/kv_engines.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace weike::storage {
namespace {

// Transactions that run at the same time are as if one had run after the other. A body that commits
// another transaction in its midst makes each interleaving happen for certain.
class KvIsolation : public testing::TestWithParam<const char*> {
 protected:
  // Runs `reads` and then a write to "~result"; in between, in the first run only, `other` commits.
  // Returns how often the body ran: 1 means that `other` did not touch what was read.
  int runs_with(const std::function<void(Transaction&)>& reads,
                const std::function<void(KvStore&)>& other) {
    int runs = 0;
    const auto done = store().transact([&](Transaction& transaction) -> Result<> {
      reads(transaction);
      if (++runs == 1) other(store());
      return transaction.put("~result", std::to_string(runs));
    });
    EXPECT_TRUE(done);
    EXPECT_EQ(get_one(store(), "~result"), std::to_string(runs));
    return runs;
  }
  KvStore& store() { return *fixture_.store; }

 private:
  KvFixture fixture_ = make_kv_fixture(GetParam());
};

INSTANTIATE_TEST_SUITE_P(Engines, KvIsolation, kKvEngines, engine_name);

TEST_P(KvIsolation, ReadKeepsItsSnapshot) {
  put_all(store(), {{"a", "1"}, {"b", "1"}, {"c", "1"}});

  const auto done = store().read([this](Transaction& transaction) -> Result<> {
    EXPECT_EQ(transaction.get("a").value(), "1");
    put_all(store(), {{"a", "2"}, {"ab", "2"}});
    erase_one(store(), "b");
    put_one(store(), "a", "3");
    EXPECT_EQ(transaction.get("a").value(), "1");
    EXPECT_EQ(transaction.get("ab").value(), std::nullopt);
    EXPECT_EQ(scan_keys(transaction, {"a", "z"}, 9), "a b c");
    EXPECT_EQ(scan_keys(transaction, {"a", "z"}, 9, ScanDirection::descending), "c b a");
    return {};
  });

  EXPECT_TRUE(done);
  EXPECT_EQ(get_one(store(), "a"), "3");
  EXPECT_EQ(get_one(store(), "b"), std::nullopt);
}

TEST_P(KvIsolation, ChangedReadKeyRunsTheBodyAgain) {
  put_one(store(), "a", "1");
  std::vector<std::string> seen;

  const int runs = runs_with([&](Transaction& t) { seen.push_back(*t.get("a").value()); },
                             [](KvStore& s) { put_one(s, "a", "2"); });

  EXPECT_EQ(runs, 2);
  EXPECT_EQ(seen, (std::vector<std::string>{"1", "2"}));
}

TEST_P(KvIsolation, UnrelatedCommitIsNoConflict) {
  put_one(store(), "a", "1");

  const int runs = runs_with([](Transaction& t) { t.get("a").value(); },
                             [](KvStore& s) { put_one(s, "b", "2"); });

  EXPECT_EQ(runs, 1);
}

TEST_P(KvIsolation, KeyThatWasAbsentAndAppearedIsAConflict) {
  const int runs = runs_with([](Transaction& t) { t.get("absent").value(); },
                             [](KvStore& s) { put_one(s, "absent", "1"); });

  EXPECT_EQ(runs, 2);
}

TEST_P(KvIsolation, ErasedReadKeyIsAConflict) {
  put_one(store(), "a", "1");

  const int runs =
      runs_with([](Transaction& t) { t.get("a").value(); }, [](KvStore& s) { erase_one(s, "a"); });

  EXPECT_EQ(runs, 2);
}

TEST_P(KvIsolation, BlindWritesDoNotConflict) {
  const int runs = runs_with([](Transaction& t) { t.put("a", "mine").value(); },
                             [](KvStore& s) { put_one(s, "a", "other"); });

  EXPECT_EQ(runs, 1);
  EXPECT_EQ(get_one(store(), "a"), "mine");
}

struct PhantomRow {
  const char* what;
  std::size_t limit;
  ScanDirection direction;
  const char* written;
  int runs;
};

// The store holds b, d and f; the scan goes over [a, z).
TEST_P(KvIsolation, ScannedRangeCountsAsFarAsTheScanWent) {
  constexpr auto kUp = ScanDirection::ascending;
  constexpr auto kDown = ScanDirection::descending;
  const std::vector<PhantomRow> rows{
      {"before the first entry", 9, kUp, "a", 2},
      {"between entries", 9, kUp, "c", 2},
      {"behind the last entry", 9, kUp, "y", 2},
      {"outside the range", 9, kUp, "z", 1},
      {"an entry itself", 2, kUp, "d", 2},
      {"within a full page", 2, kUp, "c", 2},
      {"just behind a full page", 2, kUp, "d0", 1},
      {"far behind a full page", 2, kUp, "f", 1},
      {"within a page from the end", 2, kDown, "e", 2},
      {"above a page from the end", 2, kDown, "y", 2},
      {"the last of a page from the end", 2, kDown, "d", 2},
      {"below a page from the end", 2, kDown, "c", 1},
      {"nothing asked for", 0, kUp, "b", 1},
  };
  for (const auto& row : rows) {
    for (const auto* key : {"a", "c", "d0", "e", "y", "z"}) erase_one(store(), key);
    put_all(store(), {{"b", "1"}, {"d", "1"}, {"f", "1"}});

    const int runs =
        runs_with([&](Transaction& t) { t.scan({"a", "z"}, row.limit, row.direction).value(); },
                  [&](KvStore& s) { put_one(s, row.written, "2"); });

    EXPECT_EQ(runs, row.runs) << row.what;
  }
}

TEST_P(KvIsolation, PhantomInARangeThatWasEmptyIsAConflict) {
  const int runs = runs_with([](Transaction& t) { t.scan({"a", "b"}, 1).value(); },
                             [](KvStore& s) { put_one(s, "aa", "1"); });

  EXPECT_EQ(runs, 2);
}

TEST_P(KvIsolation, ErasedEntryOfAScanIsAConflict) {
  put_all(store(), {{"a", "1"}, {"b", "1"}});

  const int runs = runs_with([](Transaction& t) { t.scan({"a", "c"}, 9).value(); },
                             [](KvStore& s) { erase_one(s, "b"); });

  EXPECT_EQ(runs, 2);
}

// Two on call, each of whom may leave if the other stays: snapshots alone would let both leave.
TEST_P(KvIsolation, NoWriteSkew) {
  put_all(store(), {{"on-call/1", "yes"}, {"on-call/2", "yes"}});
  const auto leave = [this](const std::string& me, const std::string& other,
                            const std::function<void()>& in_between) {
    return store().transact([&](Transaction& transaction) -> Result<> {
      const bool other_stays = transaction.get(other).value() == "yes";
      in_between();
      if (other_stays) return transaction.put(me, "no");
      return Error{ErrorCode::precondition_failed, "somebody has to stay"};
    });
  };
  bool is_first = true;

  const auto first = leave("on-call/1", "on-call/2", [&] {
    if (!std::exchange(is_first, false)) return;
    EXPECT_TRUE(leave("on-call/2", "on-call/1", [] {}));
  });

  ASSERT_FALSE(first);
  EXPECT_EQ(first.error().code, ErrorCode::precondition_failed);
  EXPECT_EQ(get_one(store(), "on-call/1"), "yes");
}

// Two that each count a range and add to it if there is room for one more.
TEST_P(KvIsolation, NoPhantomSkew) {
  bool is_first = true;
  const auto add = [this](const std::string& key, const std::function<void()>& in_between) {
    return store().transact([&](Transaction& transaction) -> Result<> {
      const auto taken = transaction.scan(KeyRange::of_prefix("seat/"), 9).value().size();
      in_between();
      if (taken == 0) return transaction.put(key, "");
      return Error{ErrorCode::precondition_failed, "no seat is left"};
    });
  };

  const auto first = add("seat/1", [&] {
    if (!std::exchange(is_first, false)) return;
    EXPECT_TRUE(add("seat/2", [] {}));
  });

  EXPECT_FALSE(first);
  EXPECT_EQ(get_one(store(), "seat/1"), std::nullopt);
}

TEST_P(KvIsolation, ConflictsThatPersistEndAsUnavailable) {
  put_one(store(), "a", "0");
  int runs = 0;

  const auto done = store().transact([&](Transaction& transaction) -> Result<> {
    transaction.get("a").value();
    put_one(store(), "a", std::to_string(++runs));
    return transaction.put("b", "1");
  });

  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::unavailable);
  EXPECT_EQ(get_one(store(), "b"), std::nullopt);
}

TEST_P(KvIsolation, TransactionOlderThanTheRememberedCommitsRunsAgain) {
  constexpr int kKeysPerCommit = 1000;
  std::vector<KeyValue> many;
  for (int i = 0; i < kKeysPerCommit; ++i) many.push_back({"many/" + std::to_string(i), ""});

  const int runs = runs_with([](Transaction& t) { t.get("a").value(); },
                             [&many](KvStore& s) {
                               for (int i = 0; i < 20; ++i) put_all(s, many);
                             });

  EXPECT_EQ(runs, 2);
}

}  // namespace
}  // namespace weike::storage
