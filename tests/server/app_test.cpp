#include "server/app/app.hpp"

#include "tests/server/raw_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace weike::server {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class AppTest : public testing::Test {
 protected:
  AppTest() : folder_(fs::temp_directory_path() / ("wk-app-" + std::to_string(::getpid()))) {
    fs::remove_all(folder_);
    config_.data = (folder_ / "data").string();
    config_.net.port = 0;
    config_.net.io_threads = 1;
    config_.net.pool_threads = 2;
    config_.log.file = (folder_ / "log").string();
    config_.administrator = {"root-admin", "the first password"};
    fs::create_directories(folder_);
  }
  ~AppTest() override { fs::remove_all(folder_); }

  std::unique_ptr<App> start() {
    auto app = App::open(config_, std::make_unique<media::InProcessWorker>());
    if (!app) {
      ADD_FAILURE() << app.error().message;
      return nullptr;
    }
    (*app)->start();
    return std::move(*app);
  }
  static std::uint16_t port_of(const App& app) {
    return static_cast<std::uint16_t>(
        std::stoi(app.address().substr(app.address().rfind(':') + 1)));
  }
  static RawReply get(const App& app, const std::string& path, const std::string& fields = "") {
    RawClient client(port_of(app));
    client.send("GET " + path + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n");
    return client.read_reply().value_or(RawReply{});
  }
  static RawReply log_in(const App& app, const std::string& password) {
    RawClient client(port_of(app));
    const std::string body = R"({"account": "root-admin", "password": ")" + password + "\"}";
    client.send(
        "POST /api/v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        "Content-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body);
    return client.read_reply().value_or(RawReply{});
  }

  const fs::path folder_;
  Config config_;
};

TEST_F(AppTest, StartsAnswersStopsAndStartsAgain) {
  {
    const auto app = start();
    ASSERT_TRUE(app);
    EXPECT_EQ(get(*app, "/healthz").body, "ok\n");
    EXPECT_EQ(get(*app, "/readyz").status, 200);
    EXPECT_EQ(get(*app, "/api/v1/nothing").status, 404);
    EXPECT_EQ(get(*app, "/api/v1/me").status, 401);
    EXPECT_EQ(log_in(*app, "the first password").status, 201);
    app->stop();
  }
  const auto app = start();

  ASSERT_TRUE(app);
  EXPECT_FALSE(app->made_administrator());
  EXPECT_EQ(log_in(*app, "the first password").status, 201);
  EXPECT_EQ(log_in(*app, "a wrong password").status, 401);
}

TEST_F(AppTest, FirstStartWithoutPasswordMakesARandomOne) {
  config_.administrator.password.clear();
  const auto app = start();

  ASSERT_TRUE(app);
  ASSERT_TRUE(app->made_administrator());
  EXPECT_EQ(log_in(*app, app->made_administrator()->random_password.value()).status, 201);
}

TEST_F(AppTest, SecondServerOnTheSameDataIsRefused) {
  const auto app = start();
  ASSERT_TRUE(app);

  const auto second = App::open(config_, std::make_unique<media::InProcessWorker>());

  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::locked);
}

TEST_F(AppTest, MetricsAreForLoopbackOrAdministrators) {
  const auto app = start();
  ASSERT_TRUE(app);
  get(*app, "/healthz");

  EXPECT_THAT(get(*app, "/metrics").body, HasSubstr("weike_http_replies_total{lane=\"handler\""));
  EXPECT_EQ(get(*app, "/metrics", "X-Forwarded-For: 1.2.3.4\r\n").status, 401);
}

TEST_F(AppTest, AccessLogCanBeSwitchedOff) {
  for (const bool is_on : {true, false}) {
    config_.log.access = is_on;
    fs::remove(config_.log.file);
    auto app = start();
    ASSERT_TRUE(app);
    get(*app, "/healthz");
    app.reset();

    std::stringstream log;
    log << std::ifstream(config_.log.file).rdbuf();
    EXPECT_EQ(log.str().find("event=request") != std::string::npos, is_on);
  }
}

TEST_F(AppTest, LittleFreeDiskIsNotReady) {
  config_.low_water_bytes = ~0ULL;
  const auto app = start();

  ASSERT_TRUE(app);
  const RawReply reply = get(*app, "/readyz");
  EXPECT_EQ(reply.status, 503);
  EXPECT_THAT(reply.body, HasSubstr("disk_low"));
}

}  // namespace
}  // namespace weike::server
