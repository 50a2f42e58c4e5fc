#include "server/app/app.hpp"
#include "server/app/stop_signal.hpp"
#include "tests/server/tls_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace weike::server {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

std::string text_of(const fs::path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

class TlsAppTest : public testing::Test {
 protected:
  TlsAppTest() : folder_(fs::temp_directory_path() / ("wk-tls-app-" + std::to_string(::getpid()))) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    config_.data = (folder_ / "data").string();
    config_.net.port = 0;
    config_.net.io_threads = 1;
    config_.net.pool_threads = 2;
    config_.net.tls.certificate = certificate_.certificate_file();
    config_.net.tls.key = certificate_.key_file();
    config_.net.tls.port = 0;
    config_.log.file = (folder_ / "log").string();
    config_.administrator = {"root-admin", "the first password"};
    auto app = App::open(config_, std::make_unique<media::InProcessWorker>());
    if (!app) throw std::runtime_error(app.error().message);
    app_ = std::move(*app);
    app_->start();
  }
  ~TlsAppTest() override {
    app_.reset();
    fs::remove_all(folder_);
  }

  static std::uint16_t port_of(const std::string& address) {
    return static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
  }
  std::string log() const { return text_of(config_.log.file); }

  const TestCertificate certificate_;
  const fs::path folder_;
  Config config_;
  std::unique_ptr<App> app_;
};

TEST_F(TlsAppTest, SessionCookieIsSecureOverTls) {
  TlsClient client(port_of(app_->secure_address()));
  const std::string body = R"({"account": "root-admin", "password": "the first password"})";
  client.send(
      "POST /api/v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
      "Content-Length: " +
      std::to_string(body.size()) + "\r\n\r\n" + body);

  const auto reply = client.read_reply();

  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 201);
  EXPECT_THAT(reply->fields.at("set-cookie"), AllOf(HasSubstr("__Host-"), HasSubstr("; Secure")));
}

TEST_F(TlsAppTest, StartSaysWhoEncryptsAndWhenTheCertificateEnds) {
  EXPECT_THAT(log(), AllOf(HasSubstr("event=tls"), HasSubstr("records_by="),
                           HasSubstr("certificate_end=20")));
}

TEST_F(TlsAppTest, PlainPortLeadsToTlsAndTellsOfHealth) {
  RawClient led(port_of(app_->address()));
  led.send("GET /api/v1/feed HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(led.read_reply()->status, 308);
  RawClient health(port_of(app_->address()));
  health.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(health.read_reply()->status, 200);
}

TEST_F(TlsAppTest, ReloadNamesWhatItTookAndWhatWaits) {
  Config fresh = config_;
  fresh.log.level = "warning";
  fresh.net.idle_deadline = std::chrono::seconds{3};
  fresh.net.pool_threads = 3;
  fresh.top_rung = "when_watched";

  app_->reload(fresh);

  EXPECT_FALSE(app_->log().is_on(LogLevel::info));
  EXPECT_THAT(log(), HasSubstr("event=needs_restart keys=net.pool_threads,media.top_rung"));
  fresh.log.level = "info";
  app_->reload(fresh);
  EXPECT_THAT(log(), HasSubstr("event=reloaded changed=log.level "));
}

TEST_F(TlsAppTest, BrokenCertificateIsToldInBothLanguagesAndTheFormerStays) {
  std::ofstream(certificate_.certificate_file()) << "broken";

  app_->reload(config_);

  EXPECT_THAT(log(), AllOf(HasSubstr("event=certificate_not_reloaded"),
                           HasSubstr("继续使用原来的证书"), HasSubstr("the former one stays")));
  EXPECT_EQ(TlsClient(port_of(app_->secure_address())).common_name(), "localhost");
}

TEST(StopSignal, TellsReloadsFromStops) {
  const StopSignal signal;
  std::raise(SIGHUP);
  EXPECT_EQ(signal.wait(), StopSignal::Call::reload);
  std::raise(SIGHUP);
  std::raise(SIGTERM);
  EXPECT_EQ(signal.wait(), StopSignal::Call::stop);
}

}  // namespace
}  // namespace weike::server
