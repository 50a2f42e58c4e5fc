#include "api/http/reply.hpp"

namespace weike::http {

std::string to_text(const nlohmann::json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Response json_response(int status, const nlohmann::json& body) {
  Response response;
  response.status = status;
  response.headers.add("Content-Type", "application/json; charset=utf-8");
  response.headers.add("Cache-Control", "no-store");
  response.headers.add("X-Content-Type-Options", "nosniff");
  response.body = to_text(body);
  return response;
}

Response no_content() {
  Response response;
  response.status = 204;
  response.headers.add("Cache-Control", "no-store");
  return response;
}

}  // namespace weike::http
