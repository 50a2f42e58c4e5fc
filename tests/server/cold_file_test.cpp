#include "server/net/page_cache.hpp"
#include "tests/server/engine_fixture.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

namespace weike::server {
namespace {

// A file on a disk that can be made cold.
class ColdFile : public EngineTest {
 protected:
  ColdFile() {
    path_ = std::filesystem::temp_directory_path() / ("weike-cold-" + std::to_string(::getpid()));
    const int descriptor = ::open(path_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    std::string bytes(kSize, '\0');
    for (std::size_t i = 0; i < kSize; ++i) bytes[i] = pattern(i);
    EXPECT_EQ(::write(descriptor, bytes.data(), kSize), static_cast<ssize_t>(kSize));
    EXPECT_EQ(::fsync(descriptor), 0);
    disk_file = std::make_shared<const storage::OpenFile>(descriptor, kSize);
  }
  ~ColdFile() override { std::filesystem::remove(path_); }

  // False where the file system keeps everything, or does not tell.
  bool make_cold() {
    ::posix_fadvise(disk_file->descriptor(), 0, 0, POSIX_FADV_DONTNEED);
    return warmth_of(disk_file->descriptor(), 0, kSize) == Warmth::cold;
  }
  static bool is_pattern(const std::string& body, std::size_t from) {
    for (std::size_t i = 0; i < body.size(); ++i) {
      if (body[i] != pattern(from + i)) return false;
    }
    return body.size() == kSize - from;
  }

  static constexpr std::size_t kSize = 8'000'000;
  std::shared_ptr<const storage::OpenFile> disk_file;

 private:
  std::filesystem::path path_;
};

TEST_F(ColdFile, IsReadOnThePoolAndNeverOnTheIoThread) {
  start();
  file = disk_file;
  for (const std::string path : {"/hot-file", "/file"}) {
    if (!make_cold()) GTEST_SKIP() << "this file system does not drop what it is told to";
    RawClient client = connect();

    client.send(get("/hot") + get(path));

    EXPECT_EQ(client.read_reply()->body, "hhhhhh");
    EXPECT_TRUE(is_pattern(client.read_reply()->body, path == "/file" ? 0 : 10)) << path;
    EXPECT_GE(observer.count(NetEvent::cold_read), 1024U * 1024U) << path;
    const std::lock_guard lock(observer.mutex);
    ASSERT_FALSE(observer.cold_threads.empty()) << path;
    for (const auto thread : observer.cold_threads) {
      EXPECT_TRUE(std::find(observer.hot_threads.begin(), observer.hot_threads.end(), thread) ==
                  observer.hot_threads.end());
    }
    observer.cold_threads.clear();
  }
}

TEST_F(ColdFile, LeavesThePoolAloneOnceItIsWarm) {
  start();
  file = disk_file;
  ASSERT_TRUE(fetch(disk_file->descriptor(), 0, kSize));
  // The kernel takes no memory back meanwhile.
  void* const held = ::mmap(nullptr, kSize, PROT_READ, MAP_SHARED | MAP_LOCKED | MAP_POPULATE,
                            disk_file->descriptor(), 0);
  if (held == MAP_FAILED) GTEST_SKIP() << "this user may not hold 8 MB in memory";
  RawClient client = connect();

  client.send(get("/hot-file"));

  EXPECT_TRUE(is_pattern(client.read_reply()->body, 10));
  EXPECT_EQ(observer.count(NetEvent::cold_read), 0U);
  ::munmap(held, kSize);
}

TEST_F(ColdFile, IsWarmWhereItWasFetchedAndNowhereElse) {
  if (!make_cold()) GTEST_SKIP() << "this file system does not drop what it is told to";
  const int descriptor = disk_file->descriptor();
  constexpr std::uint64_t kFar = 6'000'000;

  ASSERT_TRUE(fetch(descriptor, 0, 4096));

  EXPECT_EQ(warmth_of(descriptor, 0, 4096), Warmth::warm);
  EXPECT_EQ(warmth_of(descriptor, kFar, 1'000'000), Warmth::cold);
  ASSERT_TRUE(fetch(descriptor, 0, kSize));
  EXPECT_EQ(warmth_of(descriptor, 0, kSize), Warmth::warm);
  EXPECT_FALSE(fetch(descriptor, kSize, 1)) << "there is nothing behind the end";
}

TEST_F(ColdFile, ThatIsShorterThanPromisedEndsTheConnection) {
  start();
  file = std::make_shared<const storage::OpenFile>(::dup(disk_file->descriptor()), kSize + 100'000);
  make_cold();
  RawClient client = connect();

  client.send(get("/hot-file"));

  EXPECT_TRUE(client.is_closed_within(std::chrono::seconds{5}));
}

}  // namespace
}  // namespace weike::server
