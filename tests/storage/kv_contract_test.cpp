#include "tests/storage/kv_engines.hpp"

#include <gtest/gtest.h>

#include <string>

namespace weike::storage {
namespace {

constexpr auto kAscending = ScanDirection::ascending;
constexpr auto kDescending = ScanDirection::descending;

// What holds for one transaction after the other. What holds for those that run at the same time is
// in kv_isolation_test.cpp.
class KvContract : public testing::TestWithParam<const char*> {
 protected:
  std::string keys_of(const KeyRange& range, std::size_t limit, ScanDirection direction) {
    std::string keys;
    const auto done = store().read([&](Transaction& transaction) -> Result<> {
      keys = scan_keys(transaction, range, limit, direction);
      return {};
    });
    EXPECT_TRUE(done);
    return keys;
  }
  ErrorCode put_error(std::string_view key, std::string_view value) {
    const auto put = store().transact(
        [&](Transaction& transaction) -> Result<> { return transaction.put(key, value); });
    return put ? ErrorCode::internal : put.error().code;
  }
  KvStore& store() { return *fixture_.store; }

 private:
  KvFixture fixture_ = make_kv_fixture(GetParam());
};

INSTANTIATE_TEST_SUITE_P(Engines, KvContract, kKvEngines, engine_name);

TEST_P(KvContract, ReturnsWhatWasPut) {
  put_one(store(), "a", "1");
  put_one(store(), "a", "2");

  EXPECT_EQ(get_one(store(), "a"), "2");
  EXPECT_EQ(get_one(store(), "b"), std::nullopt);
}

TEST_P(KvContract, KeepsEmptyAndBinaryValues) {
  const std::string binary("\0\xff\n\x80", 4);

  put_all(store(), {{"empty", ""}, {binary, binary}});

  EXPECT_EQ(get_one(store(), "empty"), "");
  EXPECT_EQ(get_one(store(), binary), binary);
}

TEST_P(KvContract, ErasedKeyIsAbsent) {
  put_one(store(), "a", "1");

  erase_one(store(), "a");
  erase_one(store(), "never there");

  EXPECT_EQ(get_one(store(), "a"), std::nullopt);
  EXPECT_EQ(keys_of({"", "z"}, 10, kAscending), "");
}

TEST_P(KvContract, ErasedKeyCanBePutAgain) {
  put_one(store(), "a", "1");
  erase_one(store(), "a");

  put_one(store(), "a", "2");

  EXPECT_EQ(get_one(store(), "a"), "2");
}

TEST_P(KvContract, OrdersKeysAsUnsignedBytes) {
  put_all(store(), {{"b", ""}, {"\xff", ""}, {"B", ""}, {"ba", ""}, {"\x7f", ""}});

  EXPECT_EQ(keys_of({"A", "\xff\xff"}, 10, kAscending), "B b ba \x7f \xff");
}

TEST_P(KvContract, ScansHalfOpenRangesInBothDirections) {
  put_all(store(), {{"a", ""}, {"b", ""}, {"c", ""}, {"d", ""}});

  EXPECT_EQ(keys_of({"b", "d"}, 10, kAscending), "b c");
  EXPECT_EQ(keys_of({"b", "d"}, 10, kDescending), "c b");
  EXPECT_EQ(keys_of({"bb", "cc"}, 10, kDescending), "c");
}

TEST_P(KvContract, ScansAtMostTheLimit) {
  put_all(store(), {{"a", ""}, {"b", ""}, {"c", ""}});

  EXPECT_EQ(keys_of({"a", "z"}, 2, kAscending), "a b");
  EXPECT_EQ(keys_of({"a", "z"}, 2, kDescending), "c b");
  EXPECT_EQ(keys_of({"a", "z"}, 0, kAscending), "");
}

TEST_P(KvContract, EmptyOrReversedRangeHasNoEntries) {
  put_all(store(), {{"a", ""}, {"b", ""}});

  EXPECT_EQ(keys_of({"b", "b"}, 10, kAscending), "");
  EXPECT_EQ(keys_of({"z", "a"}, 10, kDescending), "");
}

TEST_P(KvContract, PrefixRangeHoldsExactlyThePrefix) {
  put_all(store(), {{"a", ""}, {"a/", ""}, {"a/1", ""}, {"a/\xff\xff", ""}, {"a0", ""}});

  EXPECT_EQ(keys_of(KeyRange::of_prefix("a/"), 10, kAscending), "a/ a/1 a/\xff\xff");
}

TEST_P(KvContract, SeesItsOwnWrites) {
  put_all(store(), {{"a", "old"}, {"b", "old"}});

  const auto done = store().transact([](Transaction& transaction) -> Result<> {
    transaction.put("a", "new").value();
    transaction.erase("b").value();
    transaction.put("c", "new").value();
    EXPECT_EQ(transaction.get("a").value(), "new");
    EXPECT_EQ(transaction.get("b").value(), std::nullopt);
    EXPECT_EQ(transaction.get("c").value(), "new");
    return {};
  });

  EXPECT_TRUE(done);
}

struct OwnWritesRow {
  KeyRange range;
  std::size_t limit;
  ScanDirection direction;
  std::string expected;
};

TEST_P(KvContract, SeesItsOwnWritesInScans) {
  put_all(store(), {{"b", ""}, {"d", ""}, {"f", ""}});
  // Seen from within: a b c f g.
  const std::vector<OwnWritesRow> rows{
      {{"a", "z"}, 9, kAscending, "a b c f g"}, {{"a", "z"}, 9, kDescending, "g f c b a"},
      {{"a", "z"}, 1, kAscending, "a"},         {{"a", "z"}, 3, kAscending, "a b c"},
      {{"a", "z"}, 4, kAscending, "a b c f"},   {{"a", "z"}, 1, kDescending, "g"},
      {{"a", "z"}, 3, kDescending, "g f c"},    {{"b", "g"}, 9, kAscending, "b c f"},
      {{"b", "g"}, 9, kDescending, "f c b"},    {{"d", "e"}, 9, kAscending, ""},
      {{"g", "z"}, 9, kAscending, "g"},         {{"c", "d"}, 9, kDescending, "c"},
  };

  const auto done = store().transact([&rows](Transaction& transaction) -> Result<> {
    for (const auto* key : {"a", "b", "c", "g"}) transaction.put(key, "new").value();
    transaction.erase("d").value();
    transaction.erase("e").value();
    for (const auto& row : rows) {
      EXPECT_EQ(scan_keys(transaction, row.range, row.limit, row.direction), row.expected)
          << row.range.begin << ".." << row.range.end << " limit " << row.limit;
    }
    EXPECT_EQ(transaction.scan({"b", "c"}, 1).value().front().value, "new");
    return {};
  });

  EXPECT_TRUE(done);
}

TEST_P(KvContract, ErrorOfTheBodyRollsBackAndIsReturned) {
  put_one(store(), "a", "1");
  int runs = 0;

  const auto failed = store().transact([&runs](Transaction& transaction) -> Result<> {
    ++runs;
    transaction.put("a", "2").value();
    transaction.put("b", "2").value();
    // The body's own conflicts are no reason to run it again.
    return Error{ErrorCode::conflict, "the body says so"};
  });

  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message, "the body says so");
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(get_one(store(), "a"), "1");
  EXPECT_EQ(get_one(store(), "b"), std::nullopt);
}

TEST_P(KvContract, ExceptionOfTheBodyRollsBack) {
  const auto body = [](Transaction& transaction) -> Result<> {
    transaction.put("a", "1").value();
    throw std::runtime_error("a bug");
  };

  EXPECT_THROW(static_cast<void>(store().transact(body)), std::runtime_error);

  EXPECT_EQ(get_one(store(), "a"), std::nullopt);
  put_one(store(), "a", "2");
  EXPECT_EQ(get_one(store(), "a"), "2");
}

TEST_P(KvContract, ReadRefusesWrites) {
  const auto done = store().read([](Transaction& transaction) -> Result<> {
    EXPECT_EQ(transaction.put("a", "1").error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(transaction.erase("a").error().code, ErrorCode::invalid_argument);
    return {};
  });

  EXPECT_TRUE(done);
  EXPECT_EQ(get_one(store(), "a"), std::nullopt);
}

TEST_P(KvContract, BoundsKeysAndValues) {
  const std::string longest_key(1024, 'k');
  const std::string largest_value(1024 * 1024, 'v');

  put_one(store(), longest_key, largest_value);

  EXPECT_EQ(get_one(store(), longest_key), largest_value);
  EXPECT_EQ(put_error(longest_key + "k", "1"), ErrorCode::too_large);
  EXPECT_EQ(put_error("a", largest_value + "v"), ErrorCode::too_large);
  EXPECT_EQ(put_error("", "1"), ErrorCode::invalid_argument);
}

TEST_P(KvContract, ManyKeysComeBackInOrder) {
  std::vector<KeyValue> entries;
  for (int i = 0; i < 2000; ++i)
    entries.push_back({"n/" + std::to_string(10'000 + i * 7919 % 2000), "x"});
  put_all(store(), entries);

  std::vector<KeyValue> found;
  const auto done = store().read([&found](Transaction& transaction) -> Result<> {
    found = transaction.scan(KeyRange::of_prefix("n/"), 5000).value();
    return {};
  });

  EXPECT_TRUE(done);
  ASSERT_EQ(found.size(), 2000u);
  EXPECT_EQ(found.front().key, "n/10000");
  EXPECT_EQ(found.back().key, "n/11999");
}

}  // namespace
}  // namespace weike::storage
