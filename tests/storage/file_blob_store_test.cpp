#include "storage/blob/file_blob_store.hpp"

#include "storage/blob/posix_file.hpp"
#include "tests/storage/temporary_folder.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>

namespace weike::storage {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

std::size_t entries_in(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

// While it lives, files of this process cannot grow above `bytes`, as if the disk were full.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &before_); }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
};

TEST(FileBlobStore, KeepsBlobsOverReopening) {
  const TemporaryFolder folder;
  FileBlobStore::open_at(folder.path()).value()->put("a/1", bytes_of("x")).value();

  const auto store = FileBlobStore::open_at(folder.path()).value();

  EXPECT_EQ(store->read("a/1", 10).value(), "x");
}

TEST(FileBlobStore, SweepsWhatACrashLeft) {
  const TemporaryFolder folder;
  FileBlobStore::open_at(folder.path()).value();
  std::ofstream(folder.path() / ".tmp" / "0123") << "half a segment";
  std::filesystem::create_directories(folder.path() / ".tmp" / "4567" / "v360");

  const auto store = FileBlobStore::open_at(folder.path()).value();

  EXPECT_EQ(entries_in(folder.path() / ".tmp"), 0u);
}

TEST(FileBlobStore, LeavesNoTemporariesBehind) {
  const TemporaryFolder folder;
  const auto store = FileBlobStore::open_at(folder.path()).value();

  store->put("a/1", bytes_of("x")).value();
  store->put("a/1", bytes_of("y")).value();
  EXPECT_FALSE(store->put("a/1", bytes_of("longer")));
  store->open_writer("a/2").value()->write(bytes_of("dropped")).value();
  store->erase_all("a/").value();

  EXPECT_EQ(entries_in(folder.path() / ".tmp"), 0u);
}

TEST(FileBlobStore, DoesNotFollowLinksOutOfItsFolder) {
  const TemporaryFolder folder;
  const auto store = FileBlobStore::open_at(folder.path()).value();
  std::filesystem::create_symlink("/etc/passwd", folder.path() / "link");

  EXPECT_FALSE(store->read("link", 1 << 20));
  EXPECT_FALSE(store->open_appender("link"));
}

TEST(FileBlobStore, RootThatCannotBeMadeIsAnError) {
  const TemporaryFolder folder;
  std::ofstream(folder.path() / "file") << "in the way";

  EXPECT_FALSE(FileBlobStore::open_at(folder.path() / "file" / "media"));
}

TEST(FileBlobStore, FullDiskLeavesTheUploadAsItWas) {
  const TemporaryFolder folder;
  const auto store = FileBlobStore::open_at(folder.path()).value();
  auto appender = store->open_appender("upload").value();
  appender->append(bytes_of("before")).value();

  const auto failed = [&appender] {
    const FileSizeLimit limit(4096);
    return appender->append(bytes_of(std::string(10'000, 'x')));
  }();

  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::out_of_space);
  EXPECT_EQ(appender->size_bytes(), 6u);
  EXPECT_EQ(store->read("upload", 1 << 20).value(), "before");
  EXPECT_TRUE(appender->append(bytes_of(" and after")));
}

TEST(FileBlobStore, FullDiskFailsTheWriterAndLeavesNothing) {
  const TemporaryFolder folder;
  const auto store = FileBlobStore::open_at(folder.path()).value();

  const auto failed = [&store] {
    const FileSizeLimit limit(4096);
    return store->put("a/1", bytes_of(std::string(10'000, 'x')));
  }();

  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::out_of_space);
  EXPECT_EQ(store->stat("a/1").value(), std::nullopt);
  EXPECT_EQ(entries_in(folder.path() / ".tmp"), 0u);
}

TEST(PosixFile, NoSpaceOnTheDeviceIsOutOfSpace) {
  const auto full = open_file("/dev/full", O_WRONLY).value();

  EXPECT_EQ(write_at(full.get(), bytes_of("x"), 0).error().code, ErrorCode::out_of_space);
}

}  // namespace
}  // namespace weike::storage
