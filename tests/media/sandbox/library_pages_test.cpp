#include "media/sandbox/library_pages.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

namespace weike::media {
namespace {

// Kilobytes of files that are mapped and in memory.
long mapped_files() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    long kilobytes = 0;
    if (word == "RssFile:" && status >> kilobytes) return kilobytes;
  }
  return -1;
}

TEST(LibraryPages, LeaveMemoryAndComeBackWhenUsed) {
  const long before = mapped_files();

  drop_library_pages();

  const long after = mapped_files();
  EXPECT_GT(after, 0);
  EXPECT_LT(after, before / 2);
}

}  // namespace
}  // namespace weike::media
