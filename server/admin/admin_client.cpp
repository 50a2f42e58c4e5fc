#include "server/admin/admin_commands.hpp"
#include "server/admin/admin_socket.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace weike::server {

Result<std::optional<nlohmann::json>> ask_running_server(const std::filesystem::path& socket,
                                                         const nlohmann::json& command) {
  const auto address = admin_address(socket);
  if (!address) return std::optional<nlohmann::json>();
  const int client = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (client < 0) return Error{ErrorCode::unavailable, "cannot open a socket"};
  struct Closer {
    int descriptor;
    ~Closer() { ::close(descriptor); }
  } closer{client};

  limit_admin_patience(client);
  if (::connect(client, reinterpret_cast<const sockaddr*>(&*address), sizeof(sockaddr_un)) != 0) {
    if (errno == ENOENT || errno == ECONNREFUSED || errno == ENOTDIR) {
      return std::optional<nlohmann::json>();
    }
    return Error{ErrorCode::unavailable,
                 "the running server does not let you in: " + std::string(std::strerror(errno))};
  }
  const Error silent{ErrorCode::unavailable, "the running server does not answer"};
  if (!write_admin_line(client, command.dump())) return silent;
  const auto line = read_admin_line(client);
  if (!line) return silent;
  auto answer = nlohmann::json::parse(*line, nullptr, false);
  if (!answer.is_object()) return silent;
  return std::optional<nlohmann::json>(std::move(answer));
}

}  // namespace weike::server
