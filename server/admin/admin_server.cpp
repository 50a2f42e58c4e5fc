#include "server/admin/admin_server.hpp"

#include "server/admin/admin_socket.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace weike::server {
namespace {

Error socket_failure(const std::filesystem::path& path) {
  return Error{ErrorCode::unavailable,
               "cannot listen on " + path.string() + ": " + std::strerror(errno)};
}

// The socket's mode keeps others out already; this holds even where a file system ignores modes.
bool is_allowed(int client) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(client, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  return peer.uid == ::geteuid() || peer.uid == 0;
}

}  // namespace

AdminServer::AdminServer(std::filesystem::path path, Handler handler, int listener, int stop_event)
    : path_(std::move(path)),
      handler_(std::move(handler)),
      listener_(listener),
      stop_event_(stop_event) {}

AdminServer::~AdminServer() {
  stop();
  ::close(listener_);
  ::close(stop_event_);
  ::unlink(path_.c_str());
}

Result<std::unique_ptr<AdminServer>> AdminServer::open(const std::filesystem::path& path,
                                                       Handler handler) {
  const auto address = admin_address(path);
  if (!address) {
    return Error{ErrorCode::invalid_argument,
                 "the path of the data folder is too long for " + path.string()};
  }
  const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener < 0) return socket_failure(path);
  const int stop_event = ::eventfd(0, EFD_CLOEXEC);
  std::unique_ptr<AdminServer> server(
      new AdminServer(path, std::move(handler), listener, stop_event));
  // Whoever holds the store's lock is the only server; what lies here is from a dead one.
  ::unlink(path.c_str());
  // On Linux bind takes the mode from here: no other user can connect before a chmod.
  ::fchmod(listener, S_IRUSR | S_IWUSR);
  const int bound =
      ::bind(listener, reinterpret_cast<const sockaddr*>(&*address), sizeof(sockaddr_un));
  if (bound != 0 || ::listen(listener, 8) != 0) return socket_failure(path);
  return server;
}

void AdminServer::start() {
  thread_ = std::thread([this] { run(); });
}

void AdminServer::stop() {
  const std::uint64_t one = 1;
  static_cast<void>(!::write(stop_event_, &one, sizeof one));
  if (thread_.joinable()) thread_.join();
}

void AdminServer::run() {
  while (true) {
    std::array<pollfd, 2> waits{{{listener_, POLLIN, 0}, {stop_event_, POLLIN, 0}}};
    if (::poll(waits.data(), waits.size(), -1) < 0 && errno != EINTR) return;
    if (waits[1].revents != 0) return;
    if (waits[0].revents == 0) continue;
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    if (is_allowed(client)) serve(client);
    ::close(client);
  }
}

void AdminServer::serve(int client) {
  limit_admin_patience(client);
  const auto line = read_admin_line(client);
  if (!line) return;
  const auto command = nlohmann::json::parse(*line, nullptr, false);
  nlohmann::json answer{{"ok", false}, {"message", "no valid command"}};
  if (command.is_object()) answer = handler_(command);
  write_admin_line(client, answer.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

}  // namespace weike::server
