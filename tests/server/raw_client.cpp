#include "tests/server/raw_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <stdexcept>
#include <utility>

namespace weike::server {
namespace {

using SteadyClock = std::chrono::steady_clock;
constexpr std::chrono::seconds kReplyLimit{10};

std::chrono::milliseconds left_until(SteadyClock::time_point end) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(end - SteadyClock::now());
}

}  // namespace

int connect_to_loopback(std::uint16_t port, int receive_buffer_bytes) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (receive_buffer_bytes > 0) {
    ::setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes,
                 sizeof receive_buffer_bytes);
  }
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(descriptor);
    throw std::runtime_error("cannot connect");
  }
  return descriptor;
}

void reset_socket(int descriptor) {
  const linger drop{1, 0};
  ::setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &drop, sizeof drop);
  ::close(descriptor);
}

RawClient::RawClient(std::uint16_t port, int receive_buffer_bytes)
    : descriptor_(connect_to_loopback(port, receive_buffer_bytes)) {}

RawClient::~RawClient() { close(); }

RawClient::RawClient(RawClient&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), buffer_(std::move(other.buffer_)) {}

void RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;  // The server closed; the test looks at what it said.
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::size_t RawClient::send_what_fits(std::string_view bytes, std::chrono::milliseconds quiet) {
  std::size_t taken = 0;
  while (taken < bytes.size()) {
    const ssize_t sent = ::send(descriptor_, bytes.data() + taken, bytes.size() - taken,
                                MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      taken += static_cast<std::size_t>(sent);
      continue;
    }
    pollfd wait{descriptor_, POLLOUT, 0};
    if (::poll(&wait, 1, static_cast<int>(quiet.count())) <= 0) break;
  }
  return taken;
}

void RawClient::shut_down_sending() { ::shutdown(descriptor_, SHUT_WR); }

void RawClient::reset() {
  if (descriptor_ >= 0) reset_socket(std::exchange(descriptor_, -1));
}

void RawClient::close() {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

bool RawClient::receive(std::chrono::milliseconds limit) {
  pollfd wait{descriptor_, POLLIN, 0};
  if (limit.count() < 0 || ::poll(&wait, 1, static_cast<int>(limit.count())) <= 0) return false;
  char bytes[65536];
  const ssize_t got = ::recv(descriptor_, bytes, sizeof bytes, 0);
  if (got <= 0) return false;
  buffer_.append(bytes, static_cast<std::size_t>(got));
  return true;
}

std::optional<RawReply> RawClient::read_reply(bool is_head) {
  const auto end = SteadyClock::now() + kReplyLimit;
  while (true) {
    if (auto reply = take_reply(buffer_, is_head)) return reply;
    if (!receive(left_until(end))) return std::nullopt;
  }
}

std::optional<RawReply> take_reply(std::string& buffer, bool is_head) {
  const std::size_t head_end = buffer.find("\r\n\r\n");
  if (head_end == std::string::npos) return std::nullopt;
  RawReply reply;
  reply.head = buffer.substr(0, head_end + 4);
  reply.status = std::stoi(reply.head.substr(9, 3));
  for (std::size_t line = reply.head.find("\r\n") + 2; line + 2 < reply.head.size();) {
    const std::size_t next = reply.head.find("\r\n", line);
    const std::size_t colon = reply.head.find(':', line);
    std::string name = reply.head.substr(line, colon - line);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    reply.fields[name] = reply.head.substr(colon + 2, next - colon - 2);
    line = next + 2;
  }
  const bool has_body = !is_head && reply.fields.contains("content-length");
  const std::size_t length = has_body ? std::stoul(reply.fields["content-length"]) : 0;
  if (buffer.size() - reply.head.size() < length) return std::nullopt;
  reply.body = buffer.substr(reply.head.size(), length);
  buffer.erase(0, reply.head.size() + length);
  return reply;
}

std::string RawClient::read_bytes(std::size_t count, std::chrono::milliseconds limit) {
  const auto end = SteadyClock::now() + limit;
  while (buffer_.size() < count && receive(left_until(end))) {
  }
  const std::string bytes = buffer_.substr(0, count);
  buffer_.erase(0, bytes.size());
  return bytes;
}

std::string RawClient::read_until(std::string_view text, std::chrono::milliseconds limit) {
  const auto end = SteadyClock::now() + limit;
  while (buffer_.find(text) == std::string::npos && receive(left_until(end))) {
  }
  return std::exchange(buffer_, {});
}

bool RawClient::is_closed_within(std::chrono::milliseconds limit) {
  const auto end = SteadyClock::now() + limit;
  while (receive(left_until(end))) buffer_.clear();
  pollfd wait{descriptor_, POLLIN, 0};
  if (::poll(&wait, 1, 0) <= 0) return false;
  char byte = 0;
  return ::recv(descriptor_, &byte, 1, MSG_DONTWAIT) <= 0;
}

}  // namespace weike::server
