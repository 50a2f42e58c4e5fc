#include "server/demo/api_client.hpp"

#include "api/http/base64.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include <charconv>
#include <chrono>
#include <fstream>

namespace weike::server {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = boost::beast::http;

namespace {

constexpr std::size_t kPartBytes = std::size_t{4} * 1024 * 1024;
constexpr std::chrono::seconds kReplyTime{60};

ErrorCode code_of(unsigned status) {
  switch (status) {
    case 401:
      return ErrorCode::unauthorized;
    case 403:
      return ErrorCode::forbidden;
    case 404:
      return ErrorCode::not_found;
    case 409:
      return ErrorCode::conflict;
    case 423:
      return ErrorCode::locked;
    case 429:
      return ErrorCode::rate_limited;
    default:
      return status >= 500 ? ErrorCode::unavailable : ErrorCode::invalid_argument;
  }
}

// What a problem document says, in one line.
Error problem_of(unsigned status, const std::string& body) {
  const auto json = nlohmann::json::parse(body, nullptr, false);
  std::string text = "status " + std::to_string(status);
  std::string reason;
  if (json.is_object()) {
    reason = json.value("code", "");
    text += " " + reason + ": " + json.value("detail", "");
  }
  return Error{code_of(status), text, reason};
}

std::uint64_t number_of(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

Result<ApiClient> ApiClient::log_in(const std::string& server, const std::string& account,
                                    const std::string& password) {
  constexpr std::string_view kScheme = "http://";
  const auto colon = server.rfind(':');
  if (!server.starts_with(kScheme) || colon == std::string::npos || colon < kScheme.size()) {
    return Error{ErrorCode::invalid_argument,
                 "the server's address is not http://HOST:PORT: " + server};
  }
  ApiClient client(server.substr(kScheme.size(), colon - kScheme.size()), server.substr(colon + 1));
  while (client.port_.ends_with('/')) client.port_.pop_back();
  if (client.host_.starts_with('[')) client.host_ = client.host_.substr(1, client.host_.size() - 2);
  auto session = client.post("/sessions", {{"account", account}, {"password", password}});
  if (!session) return session.error();
  client.token_ = session->value("token", "");
  return client;
}

Result<nlohmann::json> ApiClient::get(const std::string& path) {
  return send_json("GET", path, "");
}

Result<nlohmann::json> ApiClient::post(const std::string& path, const nlohmann::json& body) {
  return send_json("POST", path, body.dump());
}

Result<nlohmann::json> ApiClient::send_json(std::string_view method, const std::string& path,
                                            std::string body) {
  Fields fields;
  if (!body.empty()) fields.emplace_back("Content-Type", "application/json");
  auto reply = send(method, "/api/v1" + path, fields, std::move(body));
  if (!reply) return reply.error();
  if (reply->status >= 300) return problem_of(reply->status, reply->body);
  auto json = nlohmann::json::parse(reply->body, nullptr, false);
  if (json.is_discarded()) return Error{ErrorCode::corrupt, "no JSON came from " + path};
  return Result<nlohmann::json>(boost::system::in_place_value, std::move(json));
}

Result<std::string> ApiClient::create_upload(const std::filesystem::path& file,
                                             std::uint64_t size_bytes) {
  const auto metadata = "filename " + http::to_base64(file.filename().string()) + ",filetype " +
                        http::to_base64("video/mp4");
  const Fields fields{{"Tus-Resumable", "1.0.0"},
                      {"Upload-Length", std::to_string(size_bytes)},
                      {"Upload-Metadata", metadata}};
  auto reply = send("POST", "/api/v1/uploads", fields, "");
  if (!reply) return reply.error();
  if (reply->status != 201) return problem_of(reply->status, reply->body);
  return reply->location.substr(reply->location.rfind('/') + 1);
}

Result<std::string> ApiClient::upload(const std::filesystem::path& file,
                                      const std::string& unfinished_id,
                                      const std::function<void(std::uint64_t)>& on_progress) {
  std::error_code failure;
  const auto size_bytes = std::filesystem::file_size(file, failure);
  std::ifstream bytes(file, std::ios::binary);
  if (failure || !bytes) return Error{ErrorCode::not_found, "cannot read " + file.string()};

  auto id =
      unfinished_id.empty() ? create_upload(file, size_bytes) : Result<std::string>(unfinished_id);
  if (!id) return id.error();
  const auto target = "/api/v1/uploads/" + *id;
  auto head = send("HEAD", target, {{"Tus-Resumable", "1.0.0"}}, "");
  if (!head) return head.error();
  if (head->status != 200) return problem_of(head->status, head->body);

  std::uint64_t offset = head->upload_offset;
  bytes.seekg(static_cast<std::streamoff>(offset));
  while (offset < size_bytes) {
    std::string part(std::min<std::uint64_t>(kPartBytes, size_bytes - offset), '\0');
    if (!bytes.read(part.data(), static_cast<std::streamsize>(part.size()))) {
      return Error{ErrorCode::corrupt, file.string() + " has become shorter"};
    }
    const Fields fields{{"Tus-Resumable", "1.0.0"},
                        {"Upload-Offset", std::to_string(offset)},
                        {"Content-Type", "application/offset+octet-stream"}};
    auto reply = send("PATCH", target, fields, std::move(part));
    if (!reply) return reply.error();
    if (reply->status != 204) return problem_of(reply->status, reply->body);
    offset = reply->upload_offset;
    on_progress(offset);
  }
  return id;
}

Result<ApiClient::Reply> ApiClient::send(std::string_view method, const std::string& target,
                                         const Fields& fields, std::string body) {
  try {
    asio::io_context context;
    asio::ip::tcp::resolver resolver(context);
    beast::tcp_stream stream(context);
    stream.expires_after(kReplyTime);
    stream.connect(resolver.resolve(host_, port_));

    bhttp::request<bhttp::string_body> request;
    request.method_string(beast::string_view(method.data(), method.size()));
    request.target(target);
    request.set(bhttp::field::host, host_ + ":" + port_);
    request.set(bhttp::field::connection, "close");
    if (!token_.empty()) request.set(bhttp::field::authorization, "Bearer " + token_);
    for (const auto& [name, value] : fields) request.set(name, value);
    request.body() = std::move(body);
    request.prepare_payload();
    bhttp::write(stream, request);

    bhttp::response_parser<bhttp::string_body> parser;
    parser.skip(method == "HEAD");
    beast::flat_buffer buffer;
    bhttp::read(stream, buffer, parser);
    auto& response = parser.get();
    Reply reply;
    reply.status = response.result_int();
    reply.location = std::string(response[bhttp::field::location]);
    const auto offset = response["Upload-Offset"];
    reply.upload_offset = number_of({offset.data(), offset.size()});
    reply.body = std::move(response.body());
    return reply;
  } catch (const boost::system::system_error& failure) {
    return Error{ErrorCode::unavailable,
                 "the server cannot be reached: " + failure.code().message()};
  }
}

}  // namespace weike::server
