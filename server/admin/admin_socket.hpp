#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>
#include <filesystem>
#include <optional>
#include <string>

// The wire of `weike admin`: JSON lines over a Unix socket.
namespace weike::server {

constexpr std::size_t kMaxAdminLine = std::size_t{64} * 1024;
constexpr int kAdminPatienceSeconds = 5;

// Nothing when the path is longer than the system takes (107 bytes).
inline std::optional<sockaddr_un> admin_address(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string text = path.string();
  if (text.size() >= sizeof address.sun_path) return std::nullopt;
  std::memcpy(address.sun_path, text.data(), text.size());
  return address;
}

// Reads up to a line feed; nothing when the other side closes, is too slow, or says too much.
std::optional<std::string> read_admin_line(int socket);
// Sends `line` and a line feed.
bool write_admin_line(int socket, const std::string& line);
// Neither side waits for the other for long.
void limit_admin_patience(int socket);

}  // namespace weike::server
