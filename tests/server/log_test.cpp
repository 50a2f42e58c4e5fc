#include "server/log/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace weike::server {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Log, OddValuesAreQuotedSoThatNoLineIsFaked) {
  const std::pair<const char*, const char*> rows[] = {
      {"plain", "k=plain"},
      {"", "k=\"\""},
      {"two words", "k=\"two words\""},
      {"a=b", "k=\"a=b\""},
      {"quote\"back\\", "k=\"quote\\\"back\\\\\""},
      {"line\nevent=fake", "k=\"line\\x0aevent=fake\""},
      {"\x1b[31m", "k=\"\\x1b[31m\""},
      {"微课", "k=微课"},
  };
  for (const auto& [value, expected] : rows) {
    std::string line;
    append_field(line, "k", value);
    EXPECT_EQ(line, expected);
  }
}

TEST(Log, LinesBelowTheLevelAreLeftOut) {
  const auto file = std::filesystem::temp_directory_path() / "weike-log-test.log";
  std::filesystem::remove(file);
  {
    const auto log = Log::open({LogLevel::warning, file.string()});
    ASSERT_TRUE(log);
    log->info("quiet");
    log->error("loud", {{"why", "it broke"}});
    log->flush();
  }
  std::stringstream text;
  text << std::ifstream(file).rdbuf();
  std::filesystem::remove(file);

  EXPECT_THAT(text.str(), HasSubstr("level=error event=loud why=\"it broke\"\n"));
  EXPECT_THAT(text.str(), Not(HasSubstr("quiet")));
}

TEST(Log, FileThatCannotBeOpenedIsAnError) {
  EXPECT_FALSE(Log::open({LogLevel::info, "/proc/nope/log"}));
}

}  // namespace
}  // namespace weike::server
