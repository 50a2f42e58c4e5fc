#include "tests/server/tls_fixture.hpp"
#include "tests/server/websocket_fixture.hpp"

namespace weike::server {
namespace {

using http::MessageKind;

class WebSocketTlsTest : public WebSocketTest {
 protected:
  WebSocketTlsTest() { listen_with(certificate_, options); }

  // Its upgrade was answered. With `more` in the same record as the upgrade.
  std::unique_ptr<TlsClient> join_tls(const std::string& more = "") {
    auto client = std::make_unique<TlsClient>(engine->secure_port());
    client->send(upgrade() + more);
    const auto reply = client->read_reply();
    EXPECT_TRUE(reply && reply->status == 101);
    EXPECT_TRUE(wait_until([&] { return room->open_socket() != nullptr; }));
    return client;
  }

 private:
  TestCertificate certificate_;
};

TEST_F(WebSocketTlsTest, MessagesAreEchoed) {
  start_with();
  const auto client = join_tls();

  client->send(frame(kText, "讲课"));
  client->send(frame(kBinary, std::string(60'000, 'x')));

  EXPECT_EQ(read_frame(*client).payload, "echo 讲课");
  EXPECT_EQ(read_frame(*client).payload, "echo " + std::string(60'000, 'x'));
}

TEST_F(WebSocketTlsTest, MessageInTheRecordOfTheUpgradeIsHeard) {
  start_with();

  const auto client = join_tls(frame(kText, "early"));

  EXPECT_EQ(read_frame(*client).payload, "echo early");
}

TEST_F(WebSocketTlsTest, ServerSpeaksUnasked) {
  start_with();
  const auto client = join_tls();

  room->socket->send(MessageKind::text, std::make_shared<const std::string>("news"));

  EXPECT_EQ(read_frame(*client).payload, "news");
}

TEST_F(WebSocketTlsTest, CloseIsAnsweredAndEndsWithCloseNotify) {
  start_with();
  const auto client = join_tls();

  client->send(close_frame(1000));

  EXPECT_EQ(read_frame(*client).code(), 1000);
  EXPECT_EQ(client->read_to_end(), TlsClient::End::close_notify);
  EXPECT_TRUE(wait_until([&] { return room->end() == 1000; }));
}

TEST_F(WebSocketTlsTest, ClientThatVanishesIs1006) {
  start_with();
  const auto client = join_tls();

  client->reset();

  EXPECT_TRUE(wait_until([&] { return room->end() == 1006; }));
  EXPECT_TRUE(wait_until([&] { return engine->connections() == 0; }));
}

}  // namespace
}  // namespace weike::server
