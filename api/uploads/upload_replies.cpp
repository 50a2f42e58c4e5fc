#include "api/uploads/upload_replies.hpp"

#include "api/assets/causes.hpp"
#include "api/http/problem.hpp"
#include "api/http/reply.hpp"
#include "api/uploads/tus_headers.hpp"

namespace weike::uploads {
namespace {

using http::Response;

void add_expiry(Response& response, const Upload& upload) {
  if (upload.state != UploadState::receiving) return;
  response.headers.add("Upload-Expires", to_http_date(upload.expires_at));
}

void add_offset(Response& response, const Upload& upload) {
  response.headers.add("Upload-Offset", std::to_string(upload.offset_bytes));
}

nlohmann::json cause_json(std::string_view code, http::Language language) {
  const auto& cause = assets::cause_of(code);
  const auto& text = cause.text(language);
  return {{"code", cause.code}, {"title", text.title}, {"hint", text.hint}};
}

// The problem in the words that an asset would be rejected with.
Response with_cause(Response response, const Error& error, http::Language language) {
  const auto& text = assets::cause_of(error.reason).text(language);
  auto body = nlohmann::json::parse(std::get<std::string>(response.body));
  body["title"] = text.title;
  body["detail"] = text.hint;
  response.body = http::to_text(body);
  return response;
}

nlohmann::json glance_json(const Glance& glance, http::Language language) {
  nlohmann::json json{{"sheet", glance.sheet}, {"cause", nullptr}};
  if (glance.cause) json["cause"] = cause_json(*glance.cause, language);
  return json;
}

}  // namespace

Response done() {
  auto response = http::no_content();
  response.headers.add("Tus-Resumable", std::string(kTusVersion));
  return response;
}

Response patched(const Upload& upload) {
  auto response = done();
  add_offset(response, upload);
  add_expiry(response, upload);
  return response;
}

Response created(const Upload& upload) {
  auto response = patched(upload);
  response.status = 201;
  response.headers.add("Location", "/api/v1/uploads/" + upload.id.text());
  return response;
}

Response resume_point(const Upload& upload) {
  auto response = done();
  response.status = 200;
  add_offset(response, upload);
  if (upload.size_bytes) {
    response.headers.add("Upload-Length", std::to_string(*upload.size_bytes));
  } else {
    response.headers.add("Upload-Defer-Length", "1");
  }
  if (!upload.metadata.empty()) response.headers.add("Upload-Metadata", upload.metadata);
  add_expiry(response, upload);
  return response;
}

Response abilities(std::uint64_t max_bytes) {
  auto response = done();
  response.headers.add("Tus-Version", std::string(kTusVersion));
  response.headers.add("Tus-Extension", std::string(kTusExtensions));
  response.headers.add("Tus-Checksum-Algorithm", std::string(kChecksumAlgorithms));
  response.headers.add("Tus-Max-Size", std::to_string(max_bytes));
  return response;
}

Response refused(const Error& error, http::Language language, std::string_view request_id) {
  auto response = problem(error, language, request_id);
  if (error.code == ErrorCode::rejected)
    response = with_cause(std::move(response), error, language);
  response.headers.add("Tus-Resumable", std::string(kTusVersion));
  if (error.code == ErrorCode::precondition_failed) {
    response.headers.add("Tus-Version", std::string(kTusVersion));
  }
  return response;
}

Response refused(const Error& error, const http::Request& request) {
  return refused(error, request.language(), request.request_id);
}

nlohmann::json to_wire(const Upload& upload, const std::optional<Glance>& glance,
                       http::Language language) {
  nlohmann::json json{{"id", upload.id.text()},
                      {"state", name_of(upload.state)},
                      {"offset_bytes", upload.offset_bytes},
                      {"size_bytes", nullptr},
                      {"asset_id", nullptr},
                      {"filename", upload.file_name},
                      {"expires_at", nullptr}};
  if (upload.size_bytes) json["size_bytes"] = *upload.size_bytes;
  if (upload.asset) json["asset_id"] = upload.asset->text();
  json["glance"] = glance ? glance_json(*glance, language) : nlohmann::json(nullptr);
  if (upload.state == UploadState::receiving) json["expires_at"] = to_rfc3339(upload.expires_at);
  return json;
}

}  // namespace weike::uploads
