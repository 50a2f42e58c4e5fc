#include "storage/kv/rocksdb_kv_store.hpp"

#include "tests/storage/child_process.hpp"
#include "tests/storage/kv_engines.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>

namespace weike::storage {
namespace {

constexpr const char* kFolderVariable = "WEIKE_TEST_DATABASE";
constexpr int kWriters = 3;

std::unique_ptr<RocksDbKvStore> open_at(const std::filesystem::path& path) {
  return RocksDbKvStore::open({.path = path}).value();
}

// Not a test: the process that RocksDbCrash kills. Each writer puts numbered keys and tells each
// one on stdout, in one write(2) and only after its commit returned.
TEST(RocksDbCrashChild, DISABLED_CommitsUntilItIsKilled) {
  const char* folder = std::getenv(kFolderVariable);
  ASSERT_NE(folder, nullptr);
  const auto store = open_at(folder);
  std::vector<std::jthread> writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&store, writer] {
      for (int i = 0; i < 100'000; ++i) {
        const auto key = std::to_string(writer) + "/" + std::to_string(i);
        const auto put_both = [&key](Transaction& transaction) -> Result<> {
          transaction.put("first/" + key, key).value();
          return transaction.put("second/" + key, key);
        };
        // One of them relaxed: those too outlive the end of a process.
        (writer == 0 ? store->transact_relaxed(put_both) : store->transact(put_both)).value();
        const auto line = "key " + key + "\n";
        if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) return;
      }
    });
  }
}

ChildProcess start_child(const std::filesystem::path& folder) {
  setenv(kFolderVariable, folder.c_str(), 1);
  // Its one test is in another shard, if this program runs only one.
  ::unsetenv("GTEST_TOTAL_SHARDS");
  ::unsetenv("GTEST_SHARD_INDEX");
  return ChildProcess({"--gtest_filter=RocksDbCrashChild.*", "--gtest_also_run_disabled_tests"});
}

// Reads what the child says until it has told `count` keys.
std::vector<std::string> acknowledged_keys(ChildProcess& child, std::size_t count) {
  std::vector<std::string> keys;
  while (keys.size() < count) {
    const auto line = child.read_line();
    if (!line) break;
    if (line->starts_with("key ")) keys.push_back(line->substr(4));
  }
  return keys;
}

TEST(RocksDbCrash, EverythingAcknowledgedSurvivesKill) {
  const TemporaryFolder folder;
  for (int round = 0; round < 3; ++round) {
    const auto path = folder.path() / std::to_string(round);
    auto child = start_child(path);
    auto keys = acknowledged_keys(child, 100 + 37 * static_cast<std::size_t>(round));
    child.kill();
    const auto rest = acknowledged_keys(child, 1'000'000);  // What was still in the pipe.
    keys.insert(keys.end(), rest.begin(), rest.end());

    const auto store = open_at(path);

    ASSERT_GE(keys.size(), 100u);
    for (const auto& key : keys) {
      EXPECT_EQ(get_one(*store, "first/" + key), key);
      EXPECT_EQ(get_one(*store, "second/" + key), key);
    }
  }
}

TEST(RocksDbCrash, UnacknowledgedTransactionsAreWholeOrAbsent) {
  const TemporaryFolder folder;
  auto child = start_child(folder.path());
  EXPECT_EQ(acknowledged_keys(child, 50).size(), 50u);
  child.kill();

  const auto store = open_at(folder.path());

  const auto done = store->read([](Transaction& transaction) -> Result<> {
    const auto first = transaction.scan(KeyRange::of_prefix("first/"), 100'000).value();
    const auto second = transaction.scan(KeyRange::of_prefix("second/"), 100'000).value();
    EXPECT_EQ(first.size(), second.size());
    return {};
  });
  EXPECT_TRUE(done);
}

TEST(RocksDbKvStore, KeepsEverythingOverReopening) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "made" / "on the way";
  {
    const auto store = open_at(path);
    put_all(*store, {{"a", "1"}, {"b", "1"}});
    erase_one(*store, "b");
  }

  const auto store = open_at(path);

  EXPECT_EQ(get_one(*store, "a"), "1");
  EXPECT_EQ(get_one(*store, "b"), std::nullopt);
}

TEST(RocksDbKvStore, TellsWhichProcessHoldsTheLock) {
  const TemporaryFolder folder;
  auto child = start_child(folder.path());
  EXPECT_EQ(acknowledged_keys(child, 1).size(), 1u);

  const auto opened = RocksDbKvStore::open({.path = folder.path()});

  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::locked);
  EXPECT_NE(opened.error().message.find("process " + std::to_string(child.id())), std::string::npos)
      << opened.error().message;
}

TEST(RocksDbKvStore, SecondOpeningInOneProcessIsLockedAndHarmless) {
  const TemporaryFolder folder;
  const auto store = open_at(folder.path());

  for (int i = 0; i < 2; ++i) {
    const auto opened = RocksDbKvStore::open({.path = folder.path()});
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::locked);
    EXPECT_NE(opened.error().message.find("this process"), std::string::npos)
        << opened.error().message;
  }

  put_one(*store, "a", "1");
  EXPECT_EQ(get_one(*store, "a"), "1");
}

TEST(RocksDbKvStore, DamagedFilesAreCorrupt) {
  const TemporaryFolder folder;
  {
    const auto store = open_at(folder.path());
    put_one(*store, "a", "1");
  }
  std::ofstream(folder.path() / "CURRENT") << "nonsense\n";

  const auto opened = RocksDbKvStore::open({.path = folder.path()});

  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::corrupt) << opened.error().message;
}

TEST(RocksDbKvStore, FolderThatCannotBeMadeIsUnavailable) {
  const TemporaryFolder folder;
  std::ofstream(folder.path() / "file") << "in the way";

  const auto opened = RocksDbKvStore::open({.path = folder.path() / "file" / "db"});

  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::unavailable);
}

TEST(RocksDbKvStore, ManyValuesGoThroughTableFilesAndBack) {
  const TemporaryFolder folder;
  {
    // Small buffers, so that values reach table files and are merged there.
    const auto store =
        RocksDbKvStore::open({.path = folder.path(), .write_buffer_bytes = 256 * 1024}).value();
    for (int i = 0; i < 40; ++i)
      put_all(*store, {{"big/" + std::to_string(100 + i),
                        std::string(100'000, static_cast<char>('a' + i % 26))},
                       {"same", std::to_string(i)}});
  }

  const auto store = open_at(folder.path());

  EXPECT_EQ(get_one(*store, "same"), "39");
  EXPECT_EQ(get_one(*store, "big/139"), std::string(100'000, static_cast<char>('a' + 39 % 26)));
  EXPECT_EQ(get_one(*store, "big/140"), std::nullopt);
}

}  // namespace
}  // namespace weike::storage
