#include "server/net/file_transfer.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace weike::server {
namespace {

// A transfer over a pair of sockets that keep apart what one call of the kernel sent: what a
// message is here is at least a packet on a network.
class FilePackets : public testing::Test {
 protected:
  FilePackets() {
    while (bytes_.size() < 1'000'000) bytes_ += std::to_string(bytes_.size());
    std::string path = std::filesystem::temp_directory_path() / "weike-packets-XXXXXX";
    const int descriptor = ::mkstemp(path.data());
    ::unlink(path.c_str());
    EXPECT_EQ(::write(descriptor, bytes_.data(), bytes_.size()),
              static_cast<ssize_t>(bytes_.size()));
    file_ = std::make_shared<const storage::OpenFile>(descriptor, bytes_.size());
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends_), 0);
    const int room = 4 * 1024 * 1024;
    ::setsockopt(ends_[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    transport_.emplace(Socket(poller_, ends_[0]));
  }
  ~FilePackets() override { ::close(ends_[1]); }

  FileTransfer transfer(std::size_t offset, std::uint64_t length) const {
    return FileTransfer({.file = file_, .offset = offset, .length = length, .permit = nullptr});
  }
  std::vector<std::string> messages(FileTransfer& sent) {
    EXPECT_EQ(sent.send_turn(*transport_, bytes_.size()), TurnEnd::done);
    std::vector<std::string> messages;
    std::string message(bytes_.size(), '\0');
    ssize_t got = 0;
    while ((got = ::recv(ends_[1], message.data(), message.size(), 0)) > 0)
      messages.push_back(message.substr(0, static_cast<std::size_t>(got)));
    return messages;
  }
  static std::string joined(const std::vector<std::string>& messages) {
    std::string all;
    for (const std::string& message : messages) all += message;
    return all;
  }

  std::string bytes_;
  asio::io_context io_;
  Poller poller_{io_, [](const std::exception_ptr&) {}};
  std::optional<Transport> transport_;
  std::shared_ptr<const storage::OpenFile> file_;

 private:
  int ends_[2] = {-1, -1};
};

TEST_F(FilePackets, RestOfARangesFirstPageGoesWithItsHeadAndWholePagesFollow) {
  const std::size_t page = page_bytes();
  const std::size_t offset = 3 * page + 1000;
  FileTransfer range = transfer(offset, 262'144);
  std::string head = "head";

  range.begin_behind(head);
  const auto sent = messages(range);

  ASSERT_EQ(head, "head" + bytes_.substr(offset, page - 1000));
  ASSERT_FALSE(sent.empty());
  EXPECT_EQ(sent[0].size() % page, 0U);
  EXPECT_EQ(head.substr(4) + joined(sent), bytes_.substr(offset, 262'144));
}

TEST_F(FilePackets, WholeFilesAndShortRangesStayBehindTheirHead) {
  for (const auto& [offset, length] : {std::pair<std::size_t, std::size_t>{0, 500'000},
                                       std::pair<std::size_t, std::size_t>{5, 100'000}}) {
    FileTransfer sent = transfer(offset, length);
    std::string head = "head";

    sent.begin_behind(head);

    EXPECT_EQ(head, "head");
    EXPECT_EQ(joined(messages(sent)), bytes_.substr(offset, length));
  }
}

// Nothing of a recalled lesson goes out, not even with the head.
TEST_F(FilePackets, RevokedRangePutsNothingBehindItsHead) {
  struct Revoked final : http::Permit {
    bool holds() const override { return false; }
  };
  FileTransfer range(
      {.file = file_, .offset = 1000, .length = 262'144, .permit = std::make_shared<Revoked>()});
  std::string head = "head";

  range.begin_behind(head);

  EXPECT_EQ(head, "head");
}

TEST_F(FilePackets, RangeBehindTheEndOfAFileThatIsShorterThanPromisedFails) {
  FileTransfer range = transfer(bytes_.size() - 100, 262'144);
  std::string head;

  range.begin_behind(head);

  EXPECT_EQ(head.size(), 100U);
  EXPECT_EQ(range.send_turn(*transport_, bytes_.size()), TurnEnd::failed);
}

}  // namespace
}  // namespace weike::server
