#pragma once

#include "model/error.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace weike::server {

// One person's session on a running server, over plain HTTP with one request a connection.
// Blocking; for one thread.
class ApiClient {
 public:
  // `server` is "http://HOST:PORT". Fails with `invalid_argument` for anything else and with what
  // the server answered to the log-in, or `unavailable`.
  static Result<ApiClient> log_in(const std::string& server, const std::string& account,
                                  const std::string& password);

  // Paths are below /api/v1. Fails with `unavailable` when the server cannot be reached, else with
  // the code and the detail of the problem document.
  Result<nlohmann::json> get(const std::string& path);
  Result<nlohmann::json> post(const std::string& path, const nlohmann::json& body);

  // Sends the file by tus, going on with upload `unfinished_id` if it is not empty. `on_progress`
  // gets the bytes sent so far. Returns the upload's id.
  Result<std::string> upload(const std::filesystem::path& file, const std::string& unfinished_id,
                             const std::function<void(std::uint64_t)>& on_progress);

 private:
  struct Reply {
    unsigned status = 0;
    std::string body;
    std::string location;
    std::uint64_t upload_offset = 0;
  };
  using Fields = std::vector<std::pair<std::string, std::string>>;

  ApiClient(std::string host, std::string port) : host_(std::move(host)), port_(std::move(port)) {}
  Result<Reply> send(std::string_view method, const std::string& target, const Fields& fields,
                     std::string body);
  Result<nlohmann::json> send_json(std::string_view method, const std::string& path,
                                   std::string body);
  Result<std::string> create_upload(const std::filesystem::path& file, std::uint64_t size_bytes);

  std::string host_;
  std::string port_;
  std::string token_;
};

}  // namespace weike::server
