#include "server/net/socket.hpp"

#include <boost/asio/error.hpp>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weike::server {
namespace {

class SocketTest : public testing::Test {
 protected:
  SocketTest() { poller.start(); }
  ~SocketTest() override {
    poller.stop();
    io.poll();  // The poller's own wait ends in its memory.
  }

  // A socket and the descriptor of its peer.
  struct Pair {
    explicit Pair(Poller& poller) {
      EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
      socket.emplace(poller, ends[0]);
    }
    ~Pair() { ::close(ends[1]); }
    Pair(const Pair&) = delete;

    int ends[2] = {-1, -1};
    std::optional<Socket> socket;
  };

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
  Pair first{poller};
  Pair second{poller};
  Socket& socket = *first.socket;
  const int peer = first.ends[1];
  std::vector<std::string> woken;
  std::function<void()> on_wake;
};

TEST_F(SocketTest, WakesOnceWhenBytesCome) {
  wait(socket, Socket::wait_read, "reader");
  EXPECT_EQ(take_woken(), Names{});

  send(peer, "abc");

  EXPECT_EQ(take_woken(), Names{"reader"});
  EXPECT_EQ(take_woken(), Names{});
}

TEST_F(SocketTest, WakesAtOnceUntilSomebodySaysThatAllIsRead) {
  wait(socket, Socket::wait_read, "first");
  send(peer, "abc");
  ASSERT_EQ(take_woken(), Names{"first"});
  wait(socket, Socket::wait_read, "second");
  EXPECT_EQ(take_woken(), Names{"second"});

  socket.note_drained();
  wait(socket, Socket::wait_read, "third");

  EXPECT_EQ(take_woken(), Names{});
  send(peer, "d");
  EXPECT_EQ(take_woken(), Names{"third"});
}

TEST_F(SocketTest, StaysReadableAtItsEnd) {
  wait(socket, Socket::wait_read, "reader");
  send(peer, "the last");
  ::shutdown(peer, SHUT_WR);
  ASSERT_EQ(take_woken(), Names{"reader"});

  socket.note_drained();
  wait(socket, Socket::wait_read, "who finds the end");

  EXPECT_EQ(take_woken(), Names{"who finds the end"});
}

TEST_F(SocketTest, WakesWhoWantsToWriteWhenThereIsRoomAgain) {
  const std::string much(1 << 20, 'x');
  while (::write(socket.native_handle(), much.data(), much.size()) > 0) {
  }
  socket.note_full();
  wait(socket, Socket::wait_write, "writer");
  EXPECT_EQ(take_woken(), Names{});

  std::string read(1 << 20, '\0');
  while (::read(peer, read.data(), read.size()) > 0) {
  }

  EXPECT_EQ(take_woken(), Names{"writer"});
}

TEST_F(SocketTest, WakesReaderAndWriterOfOneEvent) {
  wait(socket, Socket::wait_read, "reader");
  wait(socket, Socket::wait_write, "writer");
  send(peer, "abc");

  EXPECT_EQ(take_woken(), (Names{"reader", "writer"}));
}

TEST_F(SocketTest, CancelWakesLaterAndSaysSo) {
  wait(socket, Socket::wait_read, "reader");

  socket.cancel();

  EXPECT_EQ(woken, Names{});
  EXPECT_EQ(take_woken(), Names{"reader aborted"});
}

TEST_F(SocketTest, CloseWakesWhoWaitsAndWhoWaitsAfterwards) {
  wait(socket, Socket::wait_read, "reader");

  socket.close();
  wait(socket, Socket::wait_write, "writer");

  EXPECT_FALSE(socket.is_open());
  EXPECT_EQ(take_woken(), (Names{"reader aborted", "writer aborted"}));
}

TEST_F(SocketTest, OneThatCannotBeWatchedIsAtItsEnd) {
  poller.stop();

  wait(socket, Socket::wait_read, "reader");

  EXPECT_EQ(take_woken(), Names{"reader"});
  char byte = 0;
  EXPECT_EQ(::recv(socket.native_handle(), &byte, 1, MSG_DONTWAIT), 0);
}

TEST_F(SocketTest, EventsOfASocketThatIsGoneGoNowhere) {
  wait(socket, Socket::wait_read, "first");
  wait(*second.socket, Socket::wait_read, "second");
  send(peer, "a");
  send(second.ends[1], "b");
  // Whoever is woken first closes the other one, whose event is in the same batch.
  on_wake = [&] { (woken.back() == "first" ? *second.socket : socket).close(); };

  const Names names = take_woken();

  ASSERT_EQ(names.size(), 2U);
  EXPECT_EQ(names[1], names[0] == "first" ? "second aborted" : "first aborted");
}

// As a process has it that is just being started.
TEST_F(SocketTest, EventsOfAClosedOneGoNowhereThoughSomebodyHoldsTheFile) {
  const int held = ::dup(second.socket->native_handle());
  wait(*second.socket, Socket::wait_read, "second");
  second.socket.reset();
  Pair third(poller);
  second.socket.emplace(std::move(*third.socket));  // Where the second one was.
  wait(*second.socket, Socket::wait_read, "third");

  send(second.ends[1], "b");

  EXPECT_EQ(take_woken(), Names{});
  ::close(held);
}

TEST_F(SocketTest, KnowsWhetherOthersHaveTheirTurnRightAfterIt) {
  wait(socket, Socket::wait_read, "first");
  wait(*second.socket, Socket::wait_read, "second");
  send(peer, "a");
  send(second.ends[1], "b");
  std::vector<bool> has_followers;
  on_wake = [&] { has_followers.push_back(socket.has_followers()); };

  take_woken();

  EXPECT_EQ(has_followers, (std::vector{true, false}));
  EXPECT_FALSE(socket.has_followers());
}

TEST_F(SocketTest, WhoGoesOnAfterTheBatchFollowsItsLastToo) {
  wait(socket, Socket::wait_read, "first");
  wait(*second.socket, Socket::wait_read, "second");
  send(peer, "a");
  send(second.ends[1], "b");
  std::vector<bool> has_followers;
  const auto look = [&] { has_followers.push_back(socket.has_followers()); };
  on_wake = [&] {
    look();
    socket.wake_later(std::make_unique<Recorder>(*this, "first again"));
    on_wake = look;
  };

  take_woken();

  EXPECT_EQ(has_followers, (std::vector{true, true, false}));
}

TEST_F(SocketTest, WhoLetsItsBatchGoFirstComesBeforeTheNextBatch) {
  wait(socket, Socket::wait_read, "first");
  wait(*second.socket, Socket::wait_read, "second");
  send(peer, "a");
  on_wake = [&] {
    on_wake = nullptr;
    socket.wake_later(std::make_unique<Recorder>(*this, "first again"));
    send(second.ends[1], "b");
  };

  EXPECT_EQ(take_woken(), (Names{"first", "first again", "second"}));
}

TEST_F(SocketTest, AnExceptionOfOneIsNoOthersBusiness) {
  wait(socket, Socket::wait_read, "first");
  wait(*second.socket, Socket::wait_read, "second");
  send(peer, "a");
  send(second.ends[1], "b");
  on_wake = [] { throw std::runtime_error("a handler's"); };

  EXPECT_EQ(take_woken().size(), 2U);
}

}  // namespace
}  // namespace weike::server
