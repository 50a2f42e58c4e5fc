#include "api/review/review_routes.hpp"

#include "api/http/json_body.hpp"
#include "api/http/problem.hpp"
#include "api/http/reply.hpp"
#include "api/lessons/lesson_routes.hpp"
#include "model/json.hpp"

#include <memory>

namespace weike::review {
namespace {

constexpr http::TextRule kReason{0, 10'000, true};  // The exact length is the service's.
constexpr http::TextRule kHash{64, 64};

// The handlers of one service.
class Handlers {
 public:
  Handlers(ReviewService& service, lessons::LessonPresenter& presenter)
      : service_(service), presenter_(presenter) {}

  http::Response submit(const http::Request& request) const {
    const auto read_nothing = [](http::JsonObject&) {};
    return step(request, read_nothing,
                [&](LessonId id) { return service_.submit(request.viewer, id); });
  }

  http::Response approve(const http::Request& request) const {
    std::optional<std::string> manifest;
    return step(
        request,
        [&](http::JsonObject& body) { manifest = body.optional_text("manifest_sha256", kHash); },
        [&](LessonId id) { return service_.approve(request.viewer, id, manifest); });
  }

  http::Response return_to_draft(const http::Request& request) const {
    std::string reason;
    std::optional<std::string> manifest;
    return step(
        request,
        [&](http::JsonObject& body) {
          reason = body.text("reason", kReason);
          manifest = body.optional_text("manifest_sha256", kHash);
        },
        [&](LessonId id) {
          return service_.return_to_draft(request.viewer, id, reason, manifest);
        });
  }

  http::Response publish(const http::Request& request) const {
    const auto read_nothing = [](http::JsonObject&) {};
    return step(request, read_nothing,
                [&](LessonId id) { return service_.publish(request.viewer, id); });
  }

  http::Response recall(const http::Request& request) const {
    std::string reason;
    return step(
        request, [&](http::JsonObject& body) { reason = body.text("reason", kReason); },
        [&](LessonId id) { return service_.recall(request.viewer, id, reason); });
  }

  http::Response decisions(const http::Request& request) const {
    const auto id = lessons::lesson_id_of(request);
    if (!id) return http::problem(id.error(), request);
    const auto decisions = service_.decisions(request.viewer, *id);
    if (!decisions) return http::problem(decisions.error(), request);
    auto items = nlohmann::json::array();
    for (const auto& decision : *decisions) {
      auto by = presenter_.person(decision.what.by);
      if (!by) return http::problem(by.error(), request);
      items.push_back({{"number", decision.number},
                       {"at", to_rfc3339(decision.at)},
                       {"by", std::move(*by)},
                       {"version", decision.what.version},
                       {"verdict", name_of(decision.what.verdict)},
                       {"reason", decision.what.reason},
                       {"manifest_sha256", decision.what.manifest_sha256},
                       {"hash", decision.hash}});
    }
    return http::json_response(200, {{"items", std::move(items)}});
  }

 private:
  // Reads the body, takes the step, shows what became of the lesson.
  template <class Read, class Take>
  http::Response step(const http::Request& request, Read read, Take take) const {
    const auto id = lessons::lesson_id_of(request);
    if (!id) return http::problem(id.error(), request);
    http::JsonBody body(request, http::EmptyBody::is_empty_object);
    read(*body);
    if (auto done = body.finish(); !done) return http::problem(done.error(), request);
    return presenter_.answer(take(*id), request, 200, lessons::Extent::whole);
  }

  ReviewService& service_;
  lessons::LessonPresenter& presenter_;
};

}  // namespace

void add_routes(http::Router& router, ReviewService& service, lessons::LessonPresenter& presenter) {
  const auto handlers = std::make_shared<const Handlers>(service, presenter);
  const auto add = [&](http::Method method, const char* action, auto handler) {
    http::Route route;
    route.method = method;
    route.pattern = std::string("/api/v1/lessons/{id}/") + action;
    route.handler = [handlers, handler](http::Request& request) {
      return ((*handlers).*handler)(request);
    };
    router.add(std::move(route));
  };
  add(http::Method::post, "submit", &Handlers::submit);
  add(http::Method::post, "approve", &Handlers::approve);
  add(http::Method::post, "return", &Handlers::return_to_draft);
  add(http::Method::post, "publish", &Handlers::publish);
  add(http::Method::post, "recall", &Handlers::recall);
  add(http::Method::get, "decisions", &Handlers::decisions);
}

}  // namespace weike::review
