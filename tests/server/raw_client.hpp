#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace weike::server {

struct RawReply {
  int status = 0;
  std::string head;
  std::map<std::string, std::string> fields;  // Names in lower case.
  std::string body;
};

// Takes one reply, delimited by Content-Length, off the front of `buffer`; nothing when it is not
// there whole.
std::optional<RawReply> take_reply(std::string& buffer, bool is_head);

// A socket that is connected to `port` of loopback and sends in the pieces it is given. Throws
// std::runtime_error. 0: the kernel's own buffer.
int connect_to_loopback(std::uint16_t port, int receive_buffer_bytes);
// Closes with a reset.
void reset_socket(int descriptor);

// A client that sends exactly the bytes it is told to.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port, int receive_buffer_bytes = 0);
  ~RawClient();
  RawClient(RawClient&& other) noexcept;
  RawClient(const RawClient&) = delete;

  void send(std::string_view bytes);
  // Sends until nothing more was taken for `quiet`; how many bytes were.
  std::size_t send_what_fits(std::string_view bytes, std::chrono::milliseconds quiet);
  // Ends our side only.
  void shut_down_sending();
  // Closes with a reset.
  void reset();
  void close();

  // One reply, delimited by Content-Length; nothing when the server closed before its end.
  std::optional<RawReply> read_reply(bool is_head = false);
  // What comes until `count` bytes are there, the server closes, or `limit` passes.
  std::string read_bytes(std::size_t count,
                         std::chrono::milliseconds limit = std::chrono::seconds{5});
  // Reads until `text` has come; what was read so far.
  std::string read_until(std::string_view text,
                         std::chrono::milliseconds limit = std::chrono::seconds{5});
  // True when the server closes within `limit`; drops what comes before.
  bool is_closed_within(std::chrono::milliseconds limit);

 private:
  bool receive(std::chrono::milliseconds limit);

  int descriptor_ = -1;
  std::string buffer_;
};

}  // namespace weike::server
