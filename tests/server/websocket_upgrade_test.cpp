#include "tests/server/websocket_fixture.hpp"

namespace weike::server {
namespace {

using testing::HasSubstr;

class WebSocketUpgradeTest : public WebSocketTest {};

TEST_F(WebSocketUpgradeTest, UpgradeIsAnsweredAsTheStandardsExampleDemands) {
  start_with();
  RawClient client = connect();

  client.send(upgrade());
  const auto reply = client.read_reply();

  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 101);
  EXPECT_EQ(reply->fields.at("sec-websocket-accept"), kAccept);
  EXPECT_EQ(reply->fields.at("upgrade"), "websocket");
  EXPECT_EQ(reply->fields.at("x-request-id").size(), 16U);
}

TEST_F(WebSocketUpgradeTest, FrameThatComesWithTheUpgradeIsNotLost) {
  start_with();
  RawClient client = connect();

  client.send(upgrade() + frame(kText, "early"));

  EXPECT_EQ(client.read_reply()->status, 101);
  EXPECT_EQ(read_frame(client).payload, "echo early");
}

TEST_F(WebSocketUpgradeTest, WhatIsNoUpgradeOfVersion13IsToldWhatWouldBe) {
  start_with();
  for (const std::string& request :
       {upgrade("", "8"), std::string("GET /socket HTTP/1.1\r\nHost: a\r\n\r\n")}) {
    RawClient client = connect();

    client.send(request);
    const auto reply = client.read_reply();

    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, 426);
    EXPECT_EQ(reply->fields.at("upgrade"), "websocket");
    EXPECT_EQ(reply->fields.at("sec-websocket-version"), "13");
    EXPECT_THAT(reply->body, HasSubstr("upgrade_required"));
  }
}

TEST_F(WebSocketUpgradeTest, KeyThatIsNoneIsRefused) {
  start_with();
  RawClient client = connect();
  std::string request = upgrade();
  request.replace(request.find(kKey), kKey.size(), "c2hvcnQ=");

  client.send(request);

  EXPECT_EQ(client.read_reply()->status, 400);
}

TEST_F(WebSocketUpgradeTest, OnlyPagesOfThisOriginMayUpgrade) {
  start_with();
  const std::pair<const char*, int> rows[] = {
      {"http://a", 101}, {"https://A", 101},     {"http://evil.example", 403},
      {"null", 403},     {"http://a:8080", 403}, {"http://a.evil.example", 403},
  };
  for (const auto& [origin, status] : rows) {
    RawClient client = connect();
    client.send(upgrade("Origin: " + std::string(origin) + "\r\n"));
    EXPECT_EQ(client.read_reply()->status, status) << origin;
  }
}

TEST_F(WebSocketUpgradeTest, GateIsAskedBeforeTheUpgrade) {
  gate.refuses_with = 401;
  start_with();
  RawClient client = connect();

  client.send(upgrade());

  EXPECT_EQ(client.read_reply()->status, 401);
  EXPECT_EQ(observer.count(NetEvent::websocket_opened), 0U);
}

TEST_F(WebSocketUpgradeTest, OnlyAGetOfHttp11IsUpgraded) {
  start_with();
  for (const auto& [from, to] : {std::pair{"GET", "HEAD"}, std::pair{"HTTP/1.1", "HTTP/1.0"}}) {
    RawClient client = connect();
    std::string request = upgrade();
    request.replace(request.find(from), std::string(from).size(), to);

    client.send(request);

    EXPECT_EQ(client.read_reply(true)->status, 400) << to;
  }
}

TEST_F(WebSocketUpgradeTest, ConnectionMayNameItsOptionsInSeveralFields) {
  start_with();
  RawClient client = connect();
  std::string request = upgrade();
  const std::string joined = "Connection: keep-alive, Upgrade";
  request.replace(request.find(joined), joined.size(),
                  "Connection: keep-alive\r\nConnection: Upgrade");

  client.send(request);

  EXPECT_EQ(client.read_reply()->status, 101);
}

}  // namespace
}  // namespace weike::server
