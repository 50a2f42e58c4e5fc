#include "storage/blob/file_blob_store.hpp"
#include "storage/blob/memory_blob_store.hpp"
#include "tests/storage/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>

namespace weike::storage {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

// What every BlobStore does.
class BlobContract : public testing::TestWithParam<const char*> {
 protected:
  BlobContract() {
    if (std::string_view(GetParam()) == "Memory") {
      store_ = std::make_unique<MemoryBlobStore>();
    } else {
      store_ = FileBlobStore::open_at(folder_.path() / "media").value();
    }
  }
  BlobStore& store() { return *store_; }
  std::string text_of(std::string_view name) { return store().read(name, 1 << 20).value(); }
  std::vector<std::string> all() { return store().list("a/", 100).value(); }

 private:
  TemporaryFolder folder_;
  std::unique_ptr<BlobStore> store_;
};

INSTANTIATE_TEST_SUITE_P(Engines, BlobContract, testing::Values("Memory", "File"),
                         [](const auto& engine) { return std::string(engine.param); });

TEST_P(BlobContract, ReadsWhatWasPut) {
  store().put("a/b/1.m4s", bytes_of("segment")).value();
  store().put("a/empty", {}).value();

  EXPECT_EQ(text_of("a/b/1.m4s"), "segment");
  EXPECT_EQ(text_of("a/empty"), "");
  EXPECT_EQ(store().stat("a/b/1.m4s").value(), 7u);
}

TEST_P(BlobContract, AbsentBlobIsNotFound) {
  store().put("a/b/1.m4s", bytes_of("x")).value();

  for (const auto* name : {"a/none", "a/b", "none/at/all", "a/b/1.m4s/below"}) {
    EXPECT_EQ(store().read(name, 10).error().code, ErrorCode::not_found) << name;
    EXPECT_EQ(store().open(name).error().code, ErrorCode::not_found) << name;
    EXPECT_EQ(store().stat(name).value(), std::nullopt) << name;
  }
}

TEST_P(BlobContract, ReadRefusesWhatIsAboveTheLimit) {
  store().put("a/1", bytes_of("12345")).value();

  EXPECT_EQ(store().read("a/1", 5).value(), "12345");
  EXPECT_EQ(store().read("a/1", 4).error().code, ErrorCode::too_large);
}

TEST_P(BlobContract, LinkedBlobLivesByItself) {
  store().put("a/one/0.m4s", bytes_of("segment")).value();

  store().link("a/one/0.m4s", "a/two/v360/0.m4s").value();

  EXPECT_EQ(text_of("a/two/v360/0.m4s"), "segment");
  store().erase_all("a/one/").value();
  EXPECT_EQ(text_of("a/two/v360/0.m4s"), "segment");
  store().erase("a/two/v360/0.m4s").value();
  EXPECT_TRUE(all().empty());
}

TEST_P(BlobContract, LinkTreatsTheNamesAsACommitDoes) {
  store().put("a/from", bytes_of("12345")).value();
  store().put("a/same_size", bytes_of("67890")).value();
  store().put("a/other_size", bytes_of("1")).value();

  EXPECT_TRUE(store().link("a/from", "a/same_size"));
  EXPECT_EQ(text_of("a/same_size"), "67890") << "a blob never changes";
  EXPECT_EQ(store().link("a/from", "a/other_size").error().code, ErrorCode::conflict);
  EXPECT_EQ(store().link("a/none", "a/to").error().code, ErrorCode::not_found);
  EXPECT_EQ(store().link("a", "a/to").error().code, ErrorCode::not_found) << "a folder is no blob";
  EXPECT_EQ(store().link("a/from", "../to").error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(store().link("../from", "a/to").error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(store().stat("a/to").value(), std::nullopt);
}

TEST_P(BlobContract, RefusesNamesThatAreNone) {
  const std::string longest(200, 'a');
  EXPECT_TRUE(store().put(longest, {}));
  for (const auto& name : std::vector<std::string>{
           "", "/", "/a", "a/", "a//b", ".", "..", "a/..", "../a", "a/../../b", ".tmp/a", "a/.b",
           "A", "a b", "a\\b", "a%2e", "\xe4\xb8\xad", std::string("a\0b", 3), longest + "a"}) {
    EXPECT_EQ(store().put(name, {}).error().code, ErrorCode::invalid_argument) << name;
    EXPECT_EQ(store().open_writer(name).error().code, ErrorCode::invalid_argument) << name;
    EXPECT_EQ(store().open_appender(name).error().code, ErrorCode::invalid_argument) << name;
    EXPECT_EQ(store().read(name, 1).error().code, ErrorCode::invalid_argument) << name;
    EXPECT_EQ(store().open(name).error().code, ErrorCode::invalid_argument) << name;
    EXPECT_EQ(store().stat(name).error().code, ErrorCode::invalid_argument) << name;
    EXPECT_EQ(store().erase(name).error().code, ErrorCode::invalid_argument) << name;
  }
  for (const auto* prefix : {"", "/", "a", "../", "a/../", "./", ".tmp/"}) {
    EXPECT_EQ(store().erase_all(prefix).error().code, ErrorCode::invalid_argument) << prefix;
    EXPECT_EQ(store().list(prefix, 1).error().code, ErrorCode::invalid_argument) << prefix;
  }
}

TEST_P(BlobContract, BlobIsNotVisibleBeforeItsCommit) {
  auto writer = store().open_writer("a/1").value();
  writer->write(bytes_of("half ")).value();
  writer->write(bytes_of("whole")).value();
  EXPECT_EQ(store().stat("a/1").value(), std::nullopt);
  EXPECT_TRUE(all().empty());

  writer->commit().value();

  EXPECT_EQ(text_of("a/1"), "half whole");
}

TEST_P(BlobContract, DroppedWriterLeavesNothing) {
  store().open_writer("a/1").value()->write(bytes_of("lost")).value();

  EXPECT_EQ(store().stat("a/1").value(), std::nullopt);
  EXPECT_TRUE(all().empty());
}

TEST_P(BlobContract, SecondCommitOfTheSameSizeKeepsTheFirst) {
  store().put("a/1", bytes_of("first")).value();

  const auto again = store().put("a/1", bytes_of("other"));
  const auto different = store().put("a/1", bytes_of("another size"));

  EXPECT_TRUE(again);
  EXPECT_EQ(different.error().code, ErrorCode::conflict);
  EXPECT_EQ(text_of("a/1"), "first");
  EXPECT_EQ(all(), std::vector<std::string>{"a/1"});
}

TEST_P(BlobContract, OpenFileSurvivesTheErasureOfItsBlob) {
  store().put("a/1", bytes_of("still here")).value();
  const auto file = store().open("a/1").value();

  store().erase("a/1").value();

  std::string text(file->size_bytes(), '\0');
  ASSERT_EQ(::pread(file->descriptor(), text.data(), text.size(), 0), 10);
  EXPECT_EQ(text, "still here");
  EXPECT_EQ(store().stat("a/1").value(), std::nullopt);
}

TEST_P(BlobContract, ErasingIsIdempotent) {
  store().put("a/1", bytes_of("x")).value();

  EXPECT_TRUE(store().erase("a/1"));
  EXPECT_TRUE(store().erase("a/1"));
  EXPECT_TRUE(store().erase("never/there"));
  EXPECT_TRUE(store().erase_all("never/there/"));
}

TEST_P(BlobContract, EraseAllTakesOneFolderOnly) {
  for (const auto* name : {"a/1/x", "a/1/v360/0.m4s", "a/10/x", "a/2"})
    store().put(name, bytes_of("x")).value();

  store().erase_all("a/1/").value();
  store().erase_all("a/2/").value();  // A blob, not a folder.

  EXPECT_EQ(all(), (std::vector<std::string>{"a/10/x", "a/2"}));
}

TEST_P(BlobContract, ErasedFolderCanBeFilledAgain) {
  store().put("a/1/x", bytes_of("old")).value();
  store().erase_all("a/1/").value();

  store().put("a/1/x", bytes_of("new one")).value();

  EXPECT_EQ(text_of("a/1/x"), "new one");
}

TEST_P(BlobContract, ListsNamesInByteOrderUpToTheLimit) {
  for (const auto* name : {"a/b/2", "a/b-1", "a/b/10", "a/b.1", "a/c", "b/1"})
    store().put(name, {}).value();

  EXPECT_EQ(all(), (std::vector<std::string>{"a/b-1", "a/b.1", "a/b/10", "a/b/2", "a/c"}));
  EXPECT_EQ(store().list("a/", 3).value(), (std::vector<std::string>{"a/b-1", "a/b.1", "a/b/10"}));
  EXPECT_EQ(store().list("a/b/", 10).value(), (std::vector<std::string>{"a/b/10", "a/b/2"}));
  EXPECT_TRUE(store().list("none/", 10).value().empty());
}

TEST_P(BlobContract, AppenderGrowsOverManyOpenings) {
  {
    auto appender = store().open_appender("a/upload").value();
    EXPECT_EQ(appender->size_bytes(), 0u);
    appender->append(bytes_of("one ")).value();
    appender->sync().value();
  }
  auto appender = store().open_appender("a/upload").value();
  EXPECT_EQ(appender->size_bytes(), 4u);

  appender->append(bytes_of("two")).value();
  appender->sync().value();

  EXPECT_EQ(appender->size_bytes(), 7u);
  EXPECT_EQ(text_of("a/upload"), "one two");
}

TEST_P(BlobContract, TruncateForgetsTheTail) {
  auto appender = store().open_appender("a/upload").value();
  appender->append(bytes_of("kept lost")).value();

  appender->truncate(5).value();
  appender->append(bytes_of("new")).value();

  EXPECT_EQ(appender->size_bytes(), 8u);
  EXPECT_EQ(text_of("a/upload"), "kept new");
  EXPECT_EQ(appender->truncate(9).error().code, ErrorCode::invalid_argument);
}

TEST_P(BlobContract, ManyThreadsCommitTheSameName) {
  std::atomic<int> failures = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&] {
        for (int round = 0; round < 10; ++round)
          if (!store().put("a/" + std::to_string(round), bytes_of("same"))) ++failures;
      });
  }

  EXPECT_EQ(failures, 0);
  EXPECT_EQ(all().size(), 10u);
}

TEST_P(BlobContract, TellsFreeBytes) { EXPECT_GT(store().free_bytes().value(), 0u); }

TEST(MemoryBlobStore, FullStoreIsOutOfSpaceUntilSomethingGoes) {
  MemoryBlobStore store(10);
  store.put("a/1", bytes_of("12345678")).value();
  EXPECT_EQ(store.put("a/2", bytes_of("123")).error().code, ErrorCode::out_of_space);

  store.erase("a/1").value();

  EXPECT_EQ(store.free_bytes().value(), 10u);
  EXPECT_TRUE(store.put("a/2", bytes_of("123")));
}

}  // namespace
}  // namespace weike::storage
