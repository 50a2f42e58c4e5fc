#include "api/http/problem.hpp"

#include "api/http/messages.hpp"
#include "api/http/reply.hpp"

namespace weike::http {
namespace {

std::string fill_in(std::string_view text, std::string_view field) {
  static constexpr std::string_view kPlace = "{field}";
  std::string filled(text);
  if (const auto at = filled.find(kPlace); at != std::string::npos) {
    filled.replace(at, kPlace.size(), field.empty() ? "?" : field);
  }
  return filled;
}

// The row of the error's own word, else of its code; every code has one.
const Message& message_of(const Error& error, std::string_view word) {
  if (const auto* message = find_message(word)) return *message;
  return *find_message(name_of(error.code));
}

}  // namespace

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::not_found:
      return 404;
    case ErrorCode::invalid_argument:
      return 400;
    case ErrorCode::conflict:
      return 409;
    case ErrorCode::unauthorized:
      return 401;
    case ErrorCode::forbidden:
      return 403;
    case ErrorCode::too_large:
      return 413;
    case ErrorCode::unavailable:
      return 503;
    case ErrorCode::deadline_exceeded:
      return 504;
    case ErrorCode::locked:
      return 423;
    case ErrorCode::rate_limited:
      return 429;
    case ErrorCode::precondition_failed:
      return 412;
    case ErrorCode::unsupported_type:
      return 415;
    case ErrorCode::rejected:
      return 422;
    case ErrorCode::checksum_mismatch:
      return 460;
    case ErrorCode::gone:
      return 410;
    case ErrorCode::out_of_space:
      return 507;
    case ErrorCode::corrupt:
    case ErrorCode::internal:
      return 500;
  }
  return 500;
}

Response problem(const Error& error, Language language, std::string_view request_id) {
  return problem(error, language, request_id, status_of(error.code));
}

Response problem(const Error& error, Language language, std::string_view request_id, int status) {
  // A damaged record is nobody's business outside.
  const bool is_inner = status == 500;
  const std::string code(is_inner || error.reason.empty()
                             ? name_of(is_inner ? ErrorCode::internal : error.code)
                             : std::string_view(error.reason));
  const auto& message = message_of(error, code);
  nlohmann::json body{{"type", "urn:weike:problem:" + code},
                      {"title", message.title(language)},
                      {"status", status},
                      {"code", code},
                      {"detail", fill_in(message.detail(language), error.field)},
                      {"request_id", request_id}};
  if (!error.field.empty() && !is_inner) body["field"] = error.field;
  auto response = json_response(status, body);
  response.headers.set("Content-Type", "application/problem+json; charset=utf-8");
  response.headers.add("Content-Language", language == Language::en ? "en" : "zh-CN");
  if (status == 401) response.headers.add("WWW-Authenticate", "Bearer realm=\"weike\"");
  return response;
}

Response problem(const Error& error, const Request& request) {
  return problem(error, request.language(), request.request_id);
}

}  // namespace weike::http
