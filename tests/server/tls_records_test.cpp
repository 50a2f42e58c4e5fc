#include "server/net/tls/tls_context.hpp"
#include "server/net/transport.hpp"
#include "tests/server/tls_client.hpp"

#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace weike::server {
namespace {

// A stream and its client over a pair of sockets that keep apart what one call sent: what a message
// is here is a packet, or several, on a network.
class TlsRecords : public testing::TestWithParam<int> {
 protected:
  static constexpr std::size_t kMostSent = 1024UL * 1024;

  TlsRecords() {
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends_.data()), 0);
    const int room = 4 * kMostSent;
    ::setsockopt(ends_[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    auto opened = TlsContext::open(
        {.certificate = certificate_.certificate_file(), .key = certificate_.key_file()});
    EXPECT_TRUE(opened);
    context_ = std::move(*opened);
    stream_ = context_->make_stream(ends_[0], buffers_);
    client_context_.reset(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_min_proto_version(client_context_.get(), GetParam());
    SSL_CTX_set_max_proto_version(client_context_.get(), GetParam());
    SSL_CTX_set_session_cache_mode(client_context_.get(), SSL_SESS_CACHE_CLIENT);
    SSL_CTX_sess_set_new_cb(client_context_.get(), [](SSL* ssl, SSL_SESSION*) {
      ++*static_cast<int*>(SSL_get_app_data(ssl));
      return 0;
    });
    client_.reset(SSL_new(client_context_.get()));
    SSL_set_app_data(client_.get(), &tickets_);
    SSL_set_connect_state(client_.get());
    SSL_set_bio(client_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  }
  ~TlsRecords() override {
    stream_.reset();
    for (const int end : ends_) {
      if (end >= 0) ::close(end);
    }
  }

  // Ends when the server is done or fails.
  TlsStream::Handshake shake_hands() {
    auto step = TlsStream::Handshake::wants_input;
    while (step == TlsStream::Handshake::wants_input) {
      SSL_do_handshake(client_.get());
      say_to_server();
      step = stream_->shake_hands();
      // What comes with the end of it is for the tests.
      if (step == TlsStream::Handshake::wants_input) read_messages();
    }
    return step;
  }
  // The sizes of the messages that the server has sent by now; the client gets them.
  std::vector<std::size_t> read_messages() {
    std::vector<std::size_t> sizes;
    std::string message(kMostSent, '\0');
    while (true) {
      const ssize_t got = ::recv(ends_[1], message.data(), message.size(), 0);
      if (got <= 0) return sizes;
      BIO_write(SSL_get_rbio(client_.get()), message.data(), static_cast<int>(got));
      sizes.push_back(static_cast<std::size_t>(got));
    }
  }
  std::string read_text() {
    std::string text(kMostSent, '\0');
    std::size_t filled = 0;
    std::size_t got = 0;
    while (SSL_read_ex(client_.get(), text.data() + filled, text.size() - filled, &got) == 1)
      filled += got;
    text.resize(filled);
    return text;
  }
  std::size_t send(std::string_view bytes, bool has_more = false) {
    const iovec piece{const_cast<char*>(bytes.data()), bytes.size()};
    const ssize_t taken = stream_->send({&piece, 1}, has_more);
    return taken < 0 ? 0 : static_cast<std::size_t>(taken);
  }

  // What the client encrypts, cut into so many messages.
  void say_in_messages(std::string_view bytes, std::size_t count) {
    std::size_t written = 0;
    EXPECT_EQ(SSL_write_ex(client_.get(), bytes.data(), bytes.size(), &written), 1);
    char* records = nullptr;
    const auto length =
        static_cast<std::size_t>(BIO_get_mem_data(SSL_get_wbio(client_.get()), &records));
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t begin = length * i / count;
      ::send(ends_[1], records + begin, length * (i + 1) / count - begin, 0);
    }
    BIO_reset(SSL_get_wbio(client_.get()));
  }

  const TestCertificate certificate_;
  std::array<int, 2> ends_{-1, -1};
  TlsBuffers buffers_;
  std::unique_ptr<TlsContext> context_;
  std::unique_ptr<TlsStream> stream_;
  int tickets_ = 0;
  std::unique_ptr<SSL_CTX, SslFree> client_context_;
  std::unique_ptr<SSL, SslFree> client_;

 private:
  void say_to_server() {
    std::array<char, 16384> bytes{};
    const int count = BIO_read(SSL_get_wbio(client_.get()), bytes.data(), bytes.size());
    if (count > 0) ::send(ends_[1], bytes.data(), static_cast<std::size_t>(count), 0);
  }
};

INSTANTIATE_TEST_SUITE_P(Versions, TlsRecords, testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const auto& row) {
                           return row.param == TLS1_2_VERSION ? "Tls12" : "Tls13";
                         });

TEST_P(TlsRecords, EachSendOfALongBodyFitsIntoOnePacketOf64KiB) {
  ASSERT_EQ(shake_hands(), TlsStream::Handshake::done);
  read_messages();
  const std::string body(300'000, 'b');

  std::size_t taken = send("head", true);
  while (taken < body.size() + 4) {
    const std::size_t part = send(std::string_view(body).substr(taken - 4));
    ASSERT_GT(part, 0U);
    taken += part;
  }

  const auto sizes = read_messages();
  EXPECT_EQ(sizes.size(), 5U);                                    // Five batches are 307 200 bytes.
  for (const std::size_t size : sizes) EXPECT_LE(size, 65'483U);  // Loopback's longest segment.
  EXPECT_TRUE(read_text() == "head" + body);
}

TEST_P(TlsRecords, LastReplyAndGoodbyeAreOneSend) {
  ASSERT_EQ(shake_hands(), TlsStream::Handshake::done);
  read_messages();

  ASSERT_EQ(send("last", true), 4U);
  stream_->say_goodbye();
  ASSERT_EQ(stream_->flush(), 1);

  EXPECT_EQ(read_messages().size(), 1U);
  EXPECT_EQ(read_text(), "last");
  EXPECT_EQ(SSL_get_shutdown(client_.get()), SSL_RECEIVED_SHUTDOWN);
}

TEST_P(TlsRecords, OneTicketIsGivenAndNoClientWaitsForIt) {
  ASSERT_EQ(shake_hands(), TlsStream::Handshake::done);

  // The Finished of TLS 1.2 has to be there at once; the ticket of TLS 1.3 travels with the reply.
  const bool is_waited_for = GetParam() == TLS1_2_VERSION;
  EXPECT_EQ(read_messages().size(), is_waited_for ? 1U : 0U);
  SSL_do_handshake(client_.get());
  EXPECT_EQ(SSL_is_init_finished(client_.get()), 1);
  EXPECT_EQ(send("reply"), 5U);

  EXPECT_EQ(read_messages().size(), 1U);
  EXPECT_EQ(read_text(), "reply");
  EXPECT_EQ(tickets_, 1);
}

// Counts how often it was woken.
struct Counter final : Waiter {
  explicit Counter(int& times) : woken(times) {}
  void on_wake(std::unique_ptr<Waiter>, boost::system::error_code) override { ++woken; }
  int& woken;
};

// The kernel tells of a change once: what a call leaves in the socket must not be waited for.
TEST_P(TlsRecords, ACallThatLeavesBytesInTheSocketKeepsItReadable) {
  ASSERT_EQ(shake_hands(), TlsStream::Handshake::done);
  asio::io_context io{1};
  Poller poller(io, [](const std::exception_ptr&) {});
  poller.start();
  Transport transport(Socket(poller, std::exchange(ends_[0], -1)), std::move(stream_));
  std::string text(16'000, '\0');
  ASSERT_LT(transport.receive(text), 0) << "nothing but the handshake has come";
  int woken = 0;
  transport.socket().wait(Socket::wait_read, std::make_unique<Counter>(woken));
  read_messages();  // The client's side of the handshake ends with them.
  // One record in more messages than a call reads.
  say_in_messages(std::string(text.size(), 'x'), 8);
  io.poll();
  ASSERT_EQ(woken, 1);

  ASSERT_LT(transport.receive(text), 0) << "the record is not whole yet";
  transport.socket().wait(Socket::wait_read, std::make_unique<Counter>(woken));
  io.poll();

  EXPECT_EQ(woken, 2);
  ssize_t got = -1;
  for (int calls = 0; got < 0 && calls < 8; ++calls) got = transport.receive(text);
  EXPECT_EQ(got, static_cast<ssize_t>(text.size()));
  EXPECT_TRUE(text == std::string(text.size(), 'x'));
  poller.stop();
  io.poll();
}

}  // namespace
}  // namespace weike::server
