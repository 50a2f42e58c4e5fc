#include "server/net/socket.hpp"

#include <boost/asio/error.hpp>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weike::server {
namespace {

class SocketTest : public testing::Test {
 protected:
  SocketTest() {
    poller.start();
    make(socket, peer);
  }
  ~SocketTest() override {
    ::close(peer);
    poller.stop();
  }

  void make(std::optional<Socket>& own, int& other) {
    int pair[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
    own.emplace(poller, pair[0]);
    other = pair[1];
  }

  struct Recorder final : Waiter {
    Recorder(SocketTest& owner, std::string what) : test(owner), name(std::move(what)) {}
    void on_wake(std::unique_ptr<Waiter>, boost::system::error_code failure) override {
      test.woken.push_back(name + (failure ? " aborted" : ""));
      if (test.on_wake) test.on_wake();
    }
    SocketTest& test;
    std::string name;
  };
  void wait(Socket& own, Socket::wait_type kind, std::string name) {
    own.wait(kind, std::make_unique<Recorder>(*this, std::move(name)));
  }
  // Who was woken by all that has happened.
  std::vector<std::string> take_woken() {
    io.poll();
    return std::exchange(woken, {});
  }
  static void send(int descriptor, std::string_view bytes) {
    ASSERT_EQ(::write(descriptor, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }

  using Names = std::vector<std::string>;
  asio::io_context io{1};
  Poller poller{io, [](const std::exception_ptr&) {}};
  std::optional<Socket> socket;
  int peer = -1;
  std::vector<std::string> woken;
  std::function<void()> on_wake;
};

TEST_F(SocketTest, WakesOnceWhenBytesCome) {
  wait(*socket, Socket::wait_read, "reader");
  EXPECT_EQ(take_woken(), Names{});

  send(peer, "abc");

  EXPECT_EQ(take_woken(), Names{"reader"});
  EXPECT_EQ(take_woken(), Names{});
}

TEST_F(SocketTest, WakesAtOnceUntilSomebodySaysThatAllIsRead) {
  wait(*socket, Socket::wait_read, "first");
  send(peer, "abc");
  ASSERT_EQ(take_woken(), Names{"first"});
  wait(*socket, Socket::wait_read, "second");
  EXPECT_EQ(take_woken(), Names{"second"});

  socket->note_drained();
  wait(*socket, Socket::wait_read, "third");

  EXPECT_EQ(take_woken(), Names{});
  send(peer, "d");
  EXPECT_EQ(take_woken(), Names{"third"});
}

TEST_F(SocketTest, StaysReadableAtItsEnd) {
  wait(*socket, Socket::wait_read, "reader");
  send(peer, "the last");
  ::shutdown(peer, SHUT_WR);
  ASSERT_EQ(take_woken(), Names{"reader"});

  socket->note_drained();
  wait(*socket, Socket::wait_read, "who finds the end");

  EXPECT_EQ(take_woken(), Names{"who finds the end"});
}

TEST_F(SocketTest, WakesWhoWantsToWriteWhenThereIsRoomAgain) {
  const std::string much(1 << 20, 'x');
  while (::write(socket->native_handle(), much.data(), much.size()) > 0) {
  }
  socket->note_full();
  wait(*socket, Socket::wait_write, "writer");
  EXPECT_EQ(take_woken(), Names{});

  std::string read(1 << 20, '\0');
  while (::read(peer, read.data(), read.size()) > 0) {
  }

  EXPECT_EQ(take_woken(), Names{"writer"});
}

TEST_F(SocketTest, WakesReaderAndWriterOfOneEvent) {
  wait(*socket, Socket::wait_read, "reader");
  wait(*socket, Socket::wait_write, "writer");
  send(peer, "abc");

  EXPECT_EQ(take_woken(), (Names{"reader", "writer"}));
}

TEST_F(SocketTest, CancelWakesLaterAndSaysSo) {
  wait(*socket, Socket::wait_read, "reader");

  socket->cancel();

  EXPECT_EQ(woken, Names{});
  EXPECT_EQ(take_woken(), Names{"reader aborted"});
}

TEST_F(SocketTest, CloseWakesWhoWaitsAndWhoWaitsAfterwards) {
  wait(*socket, Socket::wait_read, "reader");

  socket->close();
  wait(*socket, Socket::wait_write, "writer");

  EXPECT_FALSE(socket->is_open());
  EXPECT_EQ(take_woken(), (Names{"reader aborted", "writer aborted"}));
}

TEST_F(SocketTest, EventsOfASocketThatIsGoneGoNowhere) {
  std::optional<Socket> second;
  int second_peer = -1;
  make(second, second_peer);
  wait(*socket, Socket::wait_read, "first");
  wait(*second, Socket::wait_read, "second");
  send(peer, "a");
  send(second_peer, "b");
  // Whoever is woken first closes the other one, whose event is in the same batch.
  on_wake = [&] { (woken.back() == "first" ? second : socket)->close(); };

  const Names names = take_woken();

  ASSERT_EQ(names.size(), 2U);
  EXPECT_EQ(names[1], names[0] == "first" ? "second aborted" : "first aborted");
  ::close(second_peer);
}

TEST_F(SocketTest, AnExceptionOfOneIsNoOthersBusiness) {
  std::optional<Socket> second;
  int second_peer = -1;
  make(second, second_peer);
  wait(*socket, Socket::wait_read, "first");
  wait(*second, Socket::wait_read, "second");
  send(peer, "a");
  send(second_peer, "b");
  on_wake = [] { throw std::runtime_error("a handler's"); };

  EXPECT_EQ(take_woken().size(), 2U);
  ::close(second_peer);
}

}  // namespace
}  // namespace weike::server
