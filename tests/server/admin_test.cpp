#include "server/admin/admin_commands.hpp"
#include "server/admin/admin_server.hpp"
#include "storage/kv/memory_kv_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace weike::server {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class AdminTest : public testing::Test {
 protected:
  AdminTest() : socket_(fs::temp_directory_path() / ("wk-admin-" + std::to_string(::getpid()))) {}
  ~AdminTest() override { fs::remove(socket_); }

  json run(const json& command) { return run_admin_command(accounts_, command); }
  static json create(const std::string& name) {
    return {{"command", "create-account"},
            {"account", name},
            {"password", "a long enough one"},
            {"roles", {"publisher", "reviewer"}}};
  }

  const fs::path socket_;
  storage::MemoryKvStore store_;
  SystemClock clock_;
  accounts::PasswordHasher hasher_{{.memory_kib = 64, .passes = 1}};
  accounts::AccountService accounts_{store_, hasher_, clock_};
};

TEST_F(AdminTest, CreatedAccountHasItsRoles) {
  const json answer = run(create("zhang"));

  EXPECT_TRUE(answer["ok"]) << answer;
  const auto account = accounts_.find_by_name("zhang");
  ASSERT_TRUE(account);
  EXPECT_EQ(account->grants.size(), 2U);
  EXPECT_EQ(account->id.text(), answer["id"].get<std::string>());
}

TEST_F(AdminTest, BadCommandsAreRefusedNamingTheField) {
  json no_roles = create("li");
  no_roles.erase("roles");
  json odd_role = create("li");
  odd_role["roles"] = {"king"};
  json odd_unit = create("li");
  odd_unit["unit"] = "x";
  json number = create("li");
  number["account"] = 5;
  const std::pair<json, const char*> rows[] = {
      {no_roles, "roles"},         {odd_role, "roles"},
      {odd_unit, "unit"},          {number, "account"},
      {json::object(), "command"}, {{{"command", "dance"}, {"account", "li"}}, "command"}};
  for (const auto& [command, field] : rows) {
    const json answer = run(command);
    EXPECT_FALSE(answer["ok"]) << command;
    EXPECT_THAT(answer["message"].get<std::string>(), testing::HasSubstr(field)) << command;
  }
}

TEST_F(AdminTest, SecondAccountOfANameIsRefused) {
  run(create("wang"));

  EXPECT_EQ(run(create("wang"))["code"], "account_exists");
}

TEST_F(AdminTest, PasswordIsSetAndAccountDisabled) {
  run(create("zhao"));
  const std::string before = accounts_.find_by_name("zhao")->password_hash;

  EXPECT_TRUE(run(
      {{"command", "set-password"}, {"account", "zhao"}, {"password", "another long one"}})["ok"]);
  EXPECT_TRUE(run({{"command", "disable-account"}, {"account", "zhao"}})["ok"]);

  EXPECT_NE(accounts_.find_by_name("zhao")->password_hash, before);
  EXPECT_TRUE(accounts_.find_by_name("zhao")->is_disabled);
}

TEST_F(AdminTest, RunningServerAnswersOnItsPrivateSocket) {
  auto server = AdminServer::open(socket_, [this](const json& command) { return run(command); });
  ASSERT_TRUE(server);
  (*server)->start();

  const auto answer = ask_running_server(socket_, create("qian"));

  ASSERT_TRUE(answer) << answer.error().message;
  ASSERT_TRUE(*answer);
  EXPECT_TRUE((**answer)["ok"]);
  struct stat status{};
  ASSERT_EQ(::stat(socket_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(AdminTest, AbsentOrDeadServerIsNoServer) {
  const auto absent = ask_running_server(socket_, create("sun"));
  ASSERT_TRUE(absent);
  EXPECT_FALSE(*absent);

  {
    auto server = AdminServer::open(socket_, [](const json&) { return json::object(); });
    ASSERT_TRUE(server);
    ASSERT_EQ(::link(socket_.c_str(), (socket_.string() + "-left").c_str()), 0);
  }
  const auto dead = ask_running_server(socket_.string() + "-left", create("sun"));
  fs::remove(socket_.string() + "-left");
  ASSERT_TRUE(dead);
  EXPECT_FALSE(*dead);
}

}  // namespace
}  // namespace weike::server
