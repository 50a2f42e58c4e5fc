#include "server/log/log.hpp"

#include "server/log/access_log.hpp"

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

TEST(AccessLog, SignaturesOfMediaPathsStayOut) {
  const auto file = std::filesystem::temp_directory_path() / "weike-access-test.log";
  std::filesystem::remove(file);
  const auto log = Log::open({LogLevel::info, file.string()});
  ASSERT_TRUE(log);
  AccessLog access(*log);
  access.add({.request_id = "0123",
              .method = http::Method::get,
              .target = "/media/abc/SECRET/v360/0.m4s",
              .peer = "127.0.0.1",
              .status = 206,
              .body_bytes = 5});

  access.flush();
  std::stringstream text;
  text << std::ifstream(file).rdbuf();
  std::filesystem::remove(file);

  EXPECT_THAT(text.str(), HasSubstr("Z level=info event=request request_id=0123 method=GET "
                                    "target=/media/abc/-/v360/0.m4s status=206 bytes=5 us=0 "
                                    "peer=127.0.0.1 lane=hot\n"));
  EXPECT_THAT(text.str(), Not(HasSubstr("SECRET")));
}

TEST(Log, FileThatCannotBeOpenedIsAnError) {
  EXPECT_FALSE(Log::open({LogLevel::info, "/proc/nope/log"}));
}

}  // namespace
}  // namespace weike::server
