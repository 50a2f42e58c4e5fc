#pragma once

#include "model/error.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <thread>

namespace weike::server {

// Answers `weike admin` beside the running server: one JSON line asks, one answers, on a socket
// that only the server's user (and root) may use. One thread, one command at a time.
class AdminServer {
 public:
  using Handler = std::function<nlohmann::json(const nlohmann::json& command)>;

  // Replaces a socket that a dead server left. `unavailable` when it cannot be made.
  static Result<std::unique_ptr<AdminServer>> open(const std::filesystem::path& path,
                                                   Handler handler);
  ~AdminServer();  // Stops and removes the socket.
  AdminServer(const AdminServer&) = delete;
  AdminServer& operator=(const AdminServer&) = delete;

  void start();
  void stop();

 private:
  AdminServer(std::filesystem::path path, Handler handler, int listener, int stop_event);
  void run();
  void serve(int client);

  const std::filesystem::path path_;
  const Handler handler_;
  const int listener_;
  const int stop_event_;
  std::thread thread_;
};

}  // namespace weike::server
