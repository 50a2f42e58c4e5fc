#include "server/admin/admin_socket.hpp"

#include <sys/time.h>

#include <cerrno>

namespace weike::server {

std::optional<std::string> read_admin_line(int socket) {
  std::string line;
  char bytes[4096];
  while (line.size() <= kMaxAdminLine) {
    const ssize_t got = ::recv(socket, bytes, sizeof bytes, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return std::nullopt;
    line.append(bytes, static_cast<std::size_t>(got));
    if (const std::size_t end = line.find('\n'); end != std::string::npos) {
      line.resize(end);
      return line;
    }
  }
  return std::nullopt;
}

bool write_admin_line(int socket, const std::string& line) {
  const std::string bytes = line + "\n";
  for (std::size_t sent = 0; sent < bytes.size();) {
    const ssize_t went = ::send(socket, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (went < 0 && errno == EINTR) continue;
    if (went <= 0) return false;
    sent += static_cast<std::size_t>(went);
  }
  return true;
}

void limit_admin_patience(int socket) {
  const timeval patience{kAdminPatienceSeconds, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

}  // namespace weike::server
