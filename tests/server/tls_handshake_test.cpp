#include "server/net/tls/tls_context.hpp"
#include "tests/server/tls_fixture.hpp"

#include <openssl/ssl.h>

namespace weike::server {
namespace {

using namespace std::chrono_literals;
using testing::AnyOf;
using testing::HasSubstr;

TEST_F(TlsTest, BothVersionsAreSpoken) {
  start();
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const auto client = connect_tls({.version = version});
    ASSERT_TRUE(client->is_connected()) << version;
    EXPECT_EQ(client->version(), version);

    client->send(get("/hello"));

    EXPECT_EQ(client->read_reply()->body, "hello") << version;
  }
}

TEST_F(TlsTest, OlderVersionsAreRefused) {
  start();
  const auto client = connect_tls({.version = TLS1_1_VERSION});
  EXPECT_FALSE(client->is_connected());
  EXPECT_EQ(client->failure_reason(), SSL_R_TLSV1_ALERT_PROTOCOL_VERSION);
}

TEST_F(TlsTest, CiphersHideWhatWasSaidWhenTheKeyIsStolenLater) {
  // With an RSA key there are ciphers that would let the client encrypt its secret for that key.
  const TestCertificate rsa("localhost", KeyKind::rsa);
  options.tls.certificate = rsa.certificate_file();
  options.tls.key = rsa.key_file();
  start();

  const auto careless = connect_tls({.version = TLS1_2_VERSION, .ciphers = "kRSA"});
  const auto careful = connect_tls({.version = TLS1_2_VERSION});

  EXPECT_FALSE(careless->is_connected()) << careless->cipher();
  EXPECT_EQ(careless->failure_reason(), SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE);
  EXPECT_THAT(careful->cipher(),
              AnyOf(HasSubstr("ECDHE-RSA-AES"), HasSubstr("ECDHE-RSA-CHACHA20")));
}

TEST_F(TlsTest, ProtocolIsChosenFromThoseOffered) {
  start();
  EXPECT_EQ(connect_tls({.protocols = {"h2", "http/1.1"}})->protocol(), "http/1.1");
  EXPECT_EQ(connect_tls()->protocol(), "");
}

TEST_F(TlsTest, ClientWithOtherProtocolsOnlyIsRefusedByName) {
  start();
  const auto client = connect_tls({.protocols = {"h2", "spdy/3"}});

  EXPECT_FALSE(client->is_connected());
  EXPECT_EQ(client->failure_reason(), SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL);
}

TEST_F(TlsTest, TicketResumesTheSession) {
  start();
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const auto first = connect_tls({.version = version});
    first->send(get("/hello"));
    ASSERT_TRUE(first->read_reply());
    EXPECT_FALSE(first->is_resumed());
    const SessionPtr session = first->take_session();
    ASSERT_TRUE(session) << version;

    const auto second = connect_tls({.version = version, .session = session.get()});
    second->send(get("/hello"));

    EXPECT_TRUE(second->is_resumed()) << version;
    EXPECT_EQ(second->read_reply()->body, "hello");
  }
}

// Clients use a ticket of TLS 1.3 once (RFC 8446 §C.4).
TEST_F(TlsTest, ResumedSessionBringsTheNextTicket) {
  start();
  SessionPtr session;
  std::vector<std::unique_ptr<TlsClient>> clients;  // OpenSSL ends a session with its context.
  for (int visit = 0; visit < 4; ++visit) {
    clients.push_back(connect_tls({.version = TLS1_3_VERSION, .session = session.get()}));
    const auto& client = clients.back();
    client->send(get("/hello"));
    ASSERT_TRUE(client->read_reply()) << visit;

    EXPECT_EQ(client->is_resumed(), visit > 0) << visit;
    session = client->take_session();
    ASSERT_TRUE(session) << visit;
  }
}

TEST_F(TlsTest, TicketIsGoodOnEveryThread) {
  options.io_threads = 4;
  start();
  for (int round = 0; round < 8; ++round) {
    const auto first = connect_tls();
    first->send(get("/hello"));
    ASSERT_TRUE(first->read_reply());
    const SessionPtr session = first->take_session();
    EXPECT_TRUE(connect_tls({.session = session.get()})->is_resumed());
  }
}

TEST_F(TlsTest, HandshakeThatStopsHalfwayEndsAtTheHeadDeadline) {
  options.head_deadline = 100ms;
  start();
  RawClient silent = connect_raw_to_tls();
  RawClient halfway = connect_raw_to_tls();

  halfway.send(std::string("\x16\x03\x01\x02\x00\x01\x00", 7));

  EXPECT_TRUE(silent.is_closed_within(5s));
  EXPECT_TRUE(halfway.is_closed_within(5s));
  EXPECT_TRUE(wait_until([&] { return engine->connections() == 0; }));
}

TEST_F(TlsTest, HandshakeInSingleBytesIsUnderstood) {
  start();
  // A ClientHello that OpenSSL wrote, sent byte by byte: the server answers with its own.
  const std::unique_ptr<SSL_CTX, SslFree> context(SSL_CTX_new(TLS_client_method()));
  const std::unique_ptr<SSL, SslFree> ssl(SSL_new(context.get()));
  BIO* written = BIO_new(BIO_s_mem());
  SSL_set_bio(ssl.get(), BIO_new(BIO_s_mem()), written);
  SSL_connect(ssl.get());
  char* hello = nullptr;
  const long length = BIO_get_mem_data(written, &hello);
  RawClient client = connect_raw_to_tls();

  for (long i = 0; i < length; ++i) client.send({hello + i, 1});

  EXPECT_EQ(client.read_bytes(3), "\x16\x03\x03");
}

TEST_F(TlsTest, PlainHttpOnTheTlsPortIsToldSo) {
  start();
  for (const std::string method : {"GET", "DELETE", "POST"}) {
    RawClient client = connect_raw_to_tls();
    client.send(method + " /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
    const auto reply = client.read_reply();

    ASSERT_TRUE(reply) << method;
    EXPECT_EQ(reply->status, 400);
    EXPECT_EQ(reply->fields.at("connection"), "close");
    EXPECT_THAT(reply->body, HasSubstr("tls_required"));
    EXPECT_TRUE(client.is_closed_within(5s));
  }
}

TEST_F(TlsTest, RequestIsKnownToBeSecureOnTheTlsPortOnly) {
  start();
  const auto client = connect_tls();
  client->send(get("/echo"));
  EXPECT_THAT(client->read_reply()->body, HasSubstr("|secure"));

  RawClient plain = connect();
  plain.send(get("/echo"));
  EXPECT_THAT(plain.read_reply()->body, HasSubstr("|plain"));
}

TEST_F(TlsTest, RenegotiationIsRefused) {
  start();
  EXPECT_FALSE(connect_tls({.version = TLS1_2_VERSION})->renegotiate());
}

TEST(TicketKeys, OldKeysOpenUntilTheirTicketsAreOver) {
  TicketKeys keys;
  const auto first = keys.newest();
  ASSERT_TRUE(first);
  bool is_newest = false;
  ASSERT_TRUE(keys.find(first->name, is_newest));
  EXPECT_TRUE(is_newest);

  for (std::size_t i = 1; i < TicketKeys::kKept; ++i) {
    ASSERT_TRUE(keys.rotate());
    EXPECT_TRUE(keys.find(first->name, is_newest)) << i;
    EXPECT_FALSE(is_newest);
  }
  ASSERT_TRUE(keys.rotate());

  EXPECT_FALSE(keys.find(first->name, is_newest));
  EXPECT_NE(keys.newest()->encryption, first->encryption);
}

TEST(TlsContext, FilesThatCannotBeUsedAreNamed) {
  const TestCertificate one;
  const TestCertificate other;
  const std::tuple<std::string, std::string, const char*> rows[] = {
      {"/nowhere.pem", one.key_file(), "tls.certificate"},
      {one.key_file(), one.key_file(), "tls.certificate"},
      {one.certificate_file(), "/nowhere.pem", "tls.key"},
      {one.certificate_file(), "", "tls.key"},
      {one.certificate_file(), other.key_file(), "tls.key"},
  };
  for (const auto& [certificate, key, field] : rows) {
    const auto opened = TlsContext::open({.certificate = certificate, .key = key});
    ASSERT_FALSE(opened) << certificate << " " << key;
    EXPECT_EQ(opened.error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(opened.error().field, field);
  }
}

}  // namespace
}  // namespace weike::server
