#include "storage/blob/file_blob_store.hpp"
#include "tests/storage/temporary_folder.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/statfs.h>
#include <sys/uio.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <string>

namespace weike::storage {
namespace {

constexpr std::size_t kBlock = 4096;
constexpr std::size_t kLarge = 1 << 20;

// Bytes that tell their place, in memory of whole pages.
class Pages {
 public:
  explicit Pages(std::size_t bytes)
      : memory_(::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)),
        bytes_(bytes) {
    auto* const out = static_cast<std::byte*>(memory_);
    for (std::size_t i = 0; i < bytes; ++i) out[i] = static_cast<std::byte>(i * 31 / 7);
  }
  ~Pages() { ::munmap(memory_, bytes_); }
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;

  std::span<const std::byte> part(std::size_t from, std::size_t count) const {
    return std::span(static_cast<const std::byte*>(memory_), bytes_).subspan(from, count);
  }
  std::string text(std::size_t from, std::size_t count) const {
    const auto bytes = part(from, count);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }

 private:
  void* memory_;
  std::size_t bytes_;
};

class LargeAppend : public testing::Test {
 protected:
  std::string stored() { return store_->read("upload", 100 << 20).value(); }
  // The byte at `offset` can be read without the disk.
  bool is_in_memory(std::uint64_t offset) {
    const auto file = store_->open("upload").value();
    char byte = 0;
    const iovec into{&byte, 1};
    const auto at = static_cast<off_t>(offset);
    return ::preadv2(file->descriptor(), &into, 1, at, RWF_NOWAIT) == 1;
  }
  // Whether files here can be written past the page cache at all.
  bool has_direct_writes() {
    struct statfs system{};
    ::statfs(folder_.path().c_str(), &system);
    const auto probe = (folder_.path() / "probe").string();
    const int file = ::open(probe.c_str(), O_WRONLY | O_CREAT | O_DIRECT | O_CLOEXEC, 0600);
    if (file >= 0) ::close(file);
    return file >= 0 && system.f_type != TMPFS_MAGIC && system.f_type != OVERLAYFS_SUPER_MAGIC;
  }

  const TemporaryFolder folder_;
  std::unique_ptr<FileBlobStore> store_ = FileBlobStore::open_at(folder_.path()).value();
  std::unique_ptr<BlobAppender> appender_ = store_->open_appender("upload").value();
  const Pages pages_{4 * kLarge};
};

TEST_F(LargeAppend, GoesPastThePageCache) {
  if (!has_direct_writes()) GTEST_SKIP() << "this file system writes through its cache only";

  appender_->append(pages_.part(0, kLarge)).value();

  EXPECT_FALSE(is_in_memory(0));
  EXPECT_FALSE(is_in_memory(kLarge - 1));
  EXPECT_EQ(stored(), pages_.text(0, kLarge));
}

TEST_F(LargeAppend, OfSmallPiecesIsGatheredInThePageCache) {
  appender_->append(pages_.part(0, 64 << 10)).value();

  EXPECT_TRUE(is_in_memory(0));
}

TEST_F(LargeAppend, KeepsItsBytesWhateverTheirPlaceAndLength) {
  std::string expected;
  std::size_t from = 0;
  for (const std::size_t count : {kLarge, kLarge / 2 + 1, kLarge / 2, kBlock - 1, kLarge - 5}) {
    appender_->append(pages_.part(from, count)).value();
    expected += pages_.text(from, count);
    from += count / kBlock * kBlock;
    EXPECT_EQ(appender_->size_bytes(), expected.size());
  }
  appender_->sync().value();

  EXPECT_EQ(stored(), expected);
}

TEST_F(LargeAppend, StandsBesideSmallOnesAndCuts) {
  appender_->append(pages_.part(0, kLarge)).value();
  appender_->append(pages_.part(kLarge, 100)).value();
  appender_->truncate(kLarge).value();
  appender_->append(pages_.part(kLarge, kLarge)).value();
  appender_->truncate(kLarge + 10).value();
  appender_->append(pages_.part(kLarge + 10, kBlock - 10)).value();
  appender_->append(pages_.part(kLarge + kBlock, kLarge)).value();

  EXPECT_EQ(stored(), pages_.text(0, 2 * kLarge + kBlock));
}

TEST_F(LargeAppend, OnAFullDiskLeavesTheUploadAsItWas) {
  appender_->append(pages_.part(0, kLarge)).value();
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);

  for (const rlim_t room : {kLarge, kLarge + 600'000, kLarge + 600'064}) {
    const rlimit limit{room, before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
    const auto failed = appender_->append(pages_.part(kLarge, kLarge));
    setrlimit(RLIMIT_FSIZE, &before);

    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, ErrorCode::out_of_space);
    EXPECT_EQ(appender_->size_bytes(), kLarge);
    EXPECT_EQ(stored(), pages_.text(0, kLarge));
  }
  appender_->append(pages_.part(kLarge, kLarge)).value();
  EXPECT_EQ(stored(), pages_.text(0, 2 * kLarge));
}

}  // namespace
}  // namespace weike::storage
