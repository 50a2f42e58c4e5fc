#include "server/net/tls/hot_blocks.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace weike::server {
namespace {

constexpr std::size_t kBlock = HotBlocks::kBlockBytes;
using FilePtr = std::shared_ptr<const storage::OpenFile>;

// Of a file system that tells what is in memory, as that of blobs.
int empty_file() {
  std::string name = std::filesystem::temp_directory_path() / "weike-hot-XXXXXX";
  const int descriptor = ::mkstemp(name.data());
  std::filesystem::remove(name);
  return descriptor;
}

std::string pattern_of(std::size_t size, char first) {
  std::string bytes(size, first);
  for (std::size_t i = 0; i < size; ++i)
    bytes[i] = static_cast<char>(first + static_cast<int>(i % 23));
  return bytes;
}

FilePtr file_of(const std::string& bytes) {
  const int descriptor = empty_file();
  EXPECT_EQ(::write(descriptor, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  return std::make_shared<const storage::OpenFile>(descriptor, bytes.size());
}

std::string text_of(std::span<const iovec> pieces) {
  std::string text;
  for (const iovec& piece : pieces) text.append(static_cast<char*>(piece.iov_base), piece.iov_len);
  return text;
}

class HotBlocksTest : public testing::Test {
 protected:
  std::string find(const FilePtr& file, std::uint64_t offset, std::size_t length) {
    return text_of(blocks.find(file, offset, length));
  }
  // As often as it takes for all of the file to be here.
  void ask_often(const FilePtr& file) {
    for (int i = 0; i < HotBlocks::kLooksBefore; ++i) {
      for (std::uint64_t at = 0; at < file->size_bytes(); at += kBlock) find(file, at, 1);
    }
  }

  HotBlocks blocks;
};

TEST_F(HotBlocksTest, HasWhatWasAskedForOften) {
  const std::string bytes = pattern_of(3 * kBlock + 1000, 'a');
  const auto file = file_of(bytes);
  ask_often(file);

  EXPECT_EQ(find(file, 0, kBlock), bytes.substr(0, kBlock));
  EXPECT_EQ(find(file, kBlock - 10, 20), bytes.substr(kBlock - 10, 20));
  EXPECT_EQ(find(file, kBlock + 777, kBlock), bytes.substr(kBlock + 777, kBlock));
  EXPECT_EQ(find(file, 3 * kBlock - 1, 1001), bytes.substr(3 * kBlock - 1));
  EXPECT_EQ(find(file, 3 * kBlock, 1001), "") << "behind the end";
}

TEST_F(HotBlocksTest, OneReaderOfAFileLeavesNothing) {
  const auto file = file_of(pattern_of(10 * kBlock, 'a'));

  for (std::uint64_t at = 0; at < file->size_bytes(); at += kBlock / 2)
    EXPECT_EQ(find(file, at, kBlock / 2), "");

  EXPECT_EQ(blocks.size_bytes(), 0U);
}

TEST_F(HotBlocksTest, FilesAreNotTakenForOneAnother) {
  for (char first : {'a', 'b', 'c', 'd'}) {
    const std::string bytes = pattern_of(1000, first);
    // Memory of the one before it is free by now.
    const auto file = file_of(bytes);

    for (int i = 0; i < 3 * HotBlocks::kLooksBefore; ++i) {
      const std::string found = find(file, 0, 1000);
      ASSERT_TRUE(found.empty() || found == bytes);
    }
  }
}

TEST_F(HotBlocksTest, WhatIsAskedForMoreOftenTakesThePlaceOfAnother) {
  const std::string bytes = pattern_of((HotBlocks::kBlocks + 1) * kBlock, 'a');
  const auto file = file_of(bytes);
  const std::uint64_t last = HotBlocks::kBlocks * kBlock;
  // Those that share their places with the last one.
  for (std::uint64_t at = 0; at < last; at += last / HotBlocks::kPlaces) {
    for (int i = 0; i < HotBlocks::kLooksBefore; ++i) find(file, at, 1);
    ASSERT_EQ(find(file, at, 100), bytes.substr(at, 100));
  }

  for (int i = 0; i < 3 * HotBlocks::kLooksBefore; ++i) find(file, last, 1);

  EXPECT_EQ(find(file, last, 100), bytes.substr(last, 100));
  EXPECT_EQ(find(file, 0, 100), "");
}

TEST_F(HotBlocksTest, GivesItsMemoryBackWhenNobodyAsks) {
  const auto file = file_of(pattern_of(4 * kBlock, 'a'));
  ask_often(file);
  ASSERT_EQ(blocks.size_bytes(), 4 * kBlock);

  for (int i = 0; i < HotBlocks::kMostHeat; ++i) blocks.cool();

  EXPECT_EQ(blocks.size_bytes(), 0U);
  EXPECT_EQ(find(file, 0, 100), "");
}

TEST_F(HotBlocksTest, AFileThatHasNotAllItsBytesIsNotTakenIn) {
  const int descriptor = empty_file();
  ASSERT_EQ(::write(descriptor, "short", 5), 5);
  const auto file = std::make_shared<const storage::OpenFile>(descriptor, 1000);

  for (int i = 0; i < 3 * HotBlocks::kLooksBefore; ++i) EXPECT_EQ(find(file, 0, 5), "");
}

}  // namespace
}  // namespace weike::server
