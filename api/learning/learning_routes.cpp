#include "api/learning/learning_routes.hpp"

#include "api/http/cursor.hpp"
#include "api/http/json_body.hpp"
#include "api/http/page_query.hpp"
#include "api/http/problem.hpp"
#include "api/http/reply.hpp"
#include "model/json.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <limits>
#include <memory>
#include <utility>

namespace weike::learning {
namespace {

constexpr std::size_t kMaxItems = 100;
constexpr std::size_t kMaxRanges = 200;
constexpr std::size_t kMaxOverlay = 50;

// One [begin, end] pair; nothing if it is anything else.
std::optional<WatchRange> range_of(const nlohmann::json& pair) {
  const auto is_time = [](const nlohmann::json& number) {
    return number.is_number_unsigned() &&
           number.get<std::uint64_t>() <= std::numeric_limits<std::uint32_t>::max();
  };
  if (!pair.is_array() || pair.size() != 2 || !is_time(pair[0]) || !is_time(pair[1]))
    return std::nullopt;
  return WatchRange{pair[0].get<std::uint32_t>(), pair[1].get<std::uint32_t>()};
}

Heartbeat read_heartbeat(http::JsonObject& item) {
  Heartbeat heartbeat;
  heartbeat.id = item.text("id", {1, 64});
  heartbeat.lesson = LessonId::parse(item.text("lesson_id", {0, 64}));
  for (const auto& pair : item.array("ranges_ms", kMaxRanges)) {
    const auto range = range_of(pair);
    if (!range) {
      item.reject("ranges_ms", "wrong_type");
      break;
    }
    heartbeat.ranges.push_back(*range);
  }
  heartbeat.at = item.time("at");
  return heartbeat;
}

nlohmann::json progress_json(const WatchRecord& record) {
  return {{"lesson_id", record.lesson},
          {"ranges_ms", record.video.ranges},
          {"watched_ms", record.watched_ms()},
          {"duration_ms", record.video.duration_ms},
          {"percent", record.percent()},
          {"resume_ms", record.resume_ms},
          {"updated_at", to_rfc3339(record.updated_at)}};
}

// "a,b": each id once; nothing if one is none or there are too many.
std::optional<std::vector<LessonId>> parse_ids(std::string_view text) {
  std::vector<LessonId> ids;
  while (!text.empty()) {
    const auto part = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    const auto id = LessonId::parse(part);
    if (!id) return std::nullopt;
    if (std::find(ids.begin(), ids.end(), *id) == ids.end()) ids.push_back(*id);
    if (ids.size() > kMaxOverlay) return std::nullopt;
  }
  return ids;
}

// What was not stored for want of room or time is to be sent again, soon.
http::Response heartbeat_problem(const Error& error, http::Language language,
                                 std::string_view request_id) {
  auto response = http::problem(error, language, request_id);
  if (error.code == ErrorCode::unavailable) response.headers.set("Retry-After", "2");
  return response;
}

Error out_of_range(const std::string& field) {
  return {ErrorCode::invalid_argument, field + " is out of range", "out_of_range", field};
}

// One request's heartbeats, which wait for their commit without a thread.
class AwaitedHeartbeats final : public http::LaterAnswer {
 public:
  AwaitedHeartbeats(std::shared_ptr<HeartbeatTicket> ticket, const http::Request& request)
      : ticket_(std::move(ticket)),
        language_(request.language()),
        request_id_(request.request_id) {}

  void on_ready(std::function<void()> wake) override { ticket_->on_settled(std::move(wake)); }
  std::chrono::milliseconds patience() const override { return kPatience; }
  http::Response answer() override {
    // Settled, unless the patience is over, or the server stops: then what is being written may
    // end.
    const bool is_late = std::chrono::steady_clock::now() >= until_;
    const auto results = ticket_->wait(is_late ? Milliseconds{0} : kLastPatience);
    if (!results) return heartbeat_problem(results.error(), language_, request_id_);
    auto json = nlohmann::json::array();
    for (const auto& result : *results) {
      nlohmann::json line = {{"id", result.id}, {"status", "stored"}};
      if (!result.code.empty()) {
        line["status"] = "rejected";
        line["code"] = result.code;
      }
      json.push_back(std::move(line));
    }
    return http::json_response(200, {{"items", std::move(json)}});
  }

 private:
  // A disk that takes longer is in trouble; the player sends the same again.
  static constexpr std::chrono::seconds kPatience{20};
  // Of a thread of the pool, which all that wait share.
  static constexpr Milliseconds kLastPatience{100};

  const std::chrono::steady_clock::time_point until_ = std::chrono::steady_clock::now() + kPatience;
  const std::shared_ptr<HeartbeatTicket> ticket_;
  const http::Language language_;
  const std::string request_id_;
};

// The handlers of one service.
class Handlers {
 public:
  Handlers(LearningService& service, std::string_view cursor_key)
      : service_(service), cursors_(cursor_key, "progress") {}

  http::Response record(const http::Request& request) const {
    http::JsonBody body(request);
    std::vector<Heartbeat> items;
    for (auto* item : body->objects("items", kMaxItems)) items.push_back(read_heartbeat(*item));
    if (auto done = body.finish(); !done) return http::problem(done.error(), request);

    auto ticket = service_.record(request.viewer, std::move(items));
    if (!ticket) return heartbeat_problem(ticket.error(), request.language(), request.request_id);
    http::Response response;
    response.body = std::shared_ptr<http::LaterAnswer>(
        std::make_shared<AwaitedHeartbeats>(std::move(*ticket), request));
    return response;
  }

  http::Response progress(const http::Request& request) const {
    const auto limit = http::page_limit(request);
    if (!limit) return http::problem(limit.error(), request);
    std::optional<LessonId> lesson;
    if (const auto text = request.query_value("lesson_id")) {
      lesson = LessonId::parse(*text);
      if (!lesson) return http::problem(out_of_range("lesson_id"), request);
    }
    std::string after;
    if (const auto cursor = request.query_value("cursor")) {
      auto opened = cursors_.open(*cursor);
      if (!opened) return http::problem(opened.error(), request);
      after = std::move(*opened);
    }
    const auto page = service_.progress(request.viewer, lesson, after, *limit);
    if (!page) return http::problem(page.error(), request);
    auto items = nlohmann::json::array();
    for (const auto& record : page->items) items.push_back(progress_json(record));
    std::optional<std::string> next;
    if (page->next) next = cursors_.seal(*page->next);
    return http::json_response(200, http::page_json(std::move(items), next));
  }

  http::Response overlay(const http::Request& request) const {
    const auto text = request.query_value("lesson_ids");
    if (!text) {
      return http::problem(
          {ErrorCode::invalid_argument, "no lesson_ids", "missing_field", "lesson_ids"}, request);
    }
    const auto ids = parse_ids(*text);
    if (!ids) return http::problem(out_of_range("lesson_ids"), request);
    const auto overlay = service_.overlay(request.viewer, *ids);
    if (!overlay) return http::problem(overlay.error(), request);
    auto items = nlohmann::json::array();
    for (const auto& item : *overlay) {
      items.push_back({{"lesson_id", item.lesson},
                       {"resume_ms", item.resume_ms},
                       {"watched_ms", item.watched_ms},
                       {"percent", item.percent},
                       {"media", playback::to_wire(item.urls)}});
    }
    return http::json_response(200, {{"items", std::move(items)}});
  }

 private:
  LearningService& service_;
  http::CursorSigner cursors_;
};

}  // namespace

void add_routes(http::Router& router, LearningService& service, std::string_view cursor_key) {
  const auto handlers = std::make_shared<const Handlers>(service, cursor_key);
  const auto add = [&](http::Method method, std::string pattern, auto handler) {
    http::Route route;
    route.method = method;
    route.pattern = std::move(pattern);
    route.handler = [handlers, handler](http::Request& request) {
      return ((*handlers).*handler)(request);
    };
    router.add(std::move(route));
  };
  add(http::Method::post, "/api/v1/me/heartbeats", &Handlers::record);
  add(http::Method::get, "/api/v1/me/progress", &Handlers::progress);
  add(http::Method::get, "/api/v1/me/overlay", &Handlers::overlay);
}

}  // namespace weike::learning
