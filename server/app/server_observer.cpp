#include "server/app/server_observer.hpp"

namespace weike::server {
namespace {

// A signed media path opens its film for hours: the log keeps the asset and the file, not the
// token.
std::string loggable_target(std::string_view target) {
  constexpr std::string_view kMedia = "/media/";
  if (!target.starts_with(kMedia)) return std::string(target);
  const std::size_t token = target.find('/', kMedia.size());
  if (token == std::string_view::npos) return std::string(target);
  const std::size_t file = target.find('/', token + 1);
  std::string shown(target.substr(0, token));
  shown += "/-";
  if (file != std::string_view::npos) shown += target.substr(file);
  return shown;
}

}  // namespace

void ServerObserver::log_reply(const ReplyRecord& record) {
  const std::string status = std::to_string(record.status);
  const std::string bytes = std::to_string(record.body_bytes);
  const std::string micros = std::to_string(record.duration.count());
  const std::string target = loggable_target(record.target);
  log_.info("request", {{"request_id", record.request_id},
                        {"method", http::name_of(record.method)},
                        {"target", target},
                        {"status", status},
                        {"bytes", bytes},
                        {"us", micros},
                        {"peer", record.peer},
                        {"lane", record.lane == Lane::hot ? "hot" : "handler"}});
}

}  // namespace weike::server
