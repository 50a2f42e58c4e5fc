#include "api/lessons/lesson_routes.hpp"

#include "api/http/conditional.hpp"
#include "api/http/json_body.hpp"
#include "api/http/page_query.hpp"
#include "api/http/problem.hpp"
#include "api/http/reply.hpp"
#include "media/images/image_files.hpp"
#include "model/json.hpp"

#include <memory>
#include <utility>

namespace weike::lessons {
namespace {

// Exact lengths are the service's; these only bound what is looked at.
constexpr http::TextRule kAnyText{0, 10'000, true};
constexpr std::size_t kMaxTagsRead = 1'000;

constexpr std::size_t kMaxMarksRead = 1'000;
constexpr std::int64_t kLongestVideoMs = std::int64_t{24} * 3'600'000;

enum class Fields { as_new, as_change };

std::optional<std::vector<Chapter>> read_chapters(http::JsonObject& body) {
  if (!body.has("chapters")) return std::nullopt;
  std::vector<Chapter> chapters;
  for (auto* item : body.objects("chapters", kMaxMarksRead)) {
    const auto at_ms = item->integer("at_ms", 0, kLongestVideoMs);
    chapters.push_back({static_cast<std::uint32_t>(at_ms), item->text("title", kAnyText)});
  }
  return chapters;
}

ContentPatch read_content(http::JsonObject& body, Fields fields) {
  ContentPatch content;
  if (fields == Fields::as_new) {
    content.title = body.text("title", kAnyText);
    content.kind = body.word("kind", lesson_kind_of);
    content.asset = body.id<AssetId>("asset_id");
  } else {
    content.title = body.optional_text("title", kAnyText);
    content.kind = body.optional_word("kind", lesson_kind_of);
    content.asset = body.optional_id<AssetId>("asset_id");
  }
  content.summary = body.optional_text("summary", kAnyText);
  content.audience = body.optional_word("audience", audience_of);
  content.channel = body.optional_text("channel", kAnyText);
  content.tags = body.optional_texts("tags", kMaxTagsRead, kAnyText);
  content.person = body.optional_text("person", kAnyText);
  content.teacher = body.optional_text("teacher", kAnyText);
  if (const auto cover = body.optional_integer("cover", 1, media::kCoverCandidates))
    content.cover = static_cast<std::uint32_t>(*cover);
  content.captions = body.optional_texts("captions", kMaxMarksRead, kAnyText);
  content.chapters = read_chapters(body);
  return content;
}

RevisionCheck revision_check(const http::Request& request) {
  const auto if_match = request.headers.get("If-Match");
  if (!if_match) return {};
  return [tags = std::string(*if_match)](std::uint32_t revision) {
    return http::is_match(tags, http::quoted_tag(std::to_string(revision)));
  };
}

// The handlers of one service.
class Handlers {
 public:
  Handlers(LessonService& service, LessonPresenter& presenter, std::string cursor_key)
      : service_(service), presenter_(presenter), cursor_key_(std::move(cursor_key)) {}

  http::Response create(const http::Request& request) const {
    http::JsonBody body(request);
    const auto content = read_content(*body, Fields::as_new);
    if (auto done = body.finish(); !done) return http::problem(done.error(), request);
    const auto lesson = service_.create(request.viewer, content);
    auto response = presenter_.answer(lesson, request, 201);
    if (lesson) response.headers.add("Location", "/api/v1/lessons/" + lesson->id.text());
    return response;
  }

  http::Response list(const http::Request& request) const {
    const auto limit = http::page_limit(request);
    if (!limit) return http::problem(limit.error(), request);
    const auto scope_name = request.query_value("scope").value_or("mine");
    const auto scope = lesson_scope_of(scope_name);
    if (!scope) {
      return http::problem({ErrorCode::invalid_argument, "scope", "out_of_range", "scope"},
                           request);
    }
    const http::CursorSigner cursors(cursor_key_, "lessons/" + std::string(scope_name));
    std::string after;
    if (const auto cursor = request.query_value("cursor")) {
      auto opened = cursors.open(*cursor);
      if (!opened) return http::problem(opened.error(), request);
      after = std::move(*opened);
    }
    const auto page = service_.list(request.viewer, *scope, after, *limit);
    if (!page) return http::problem(page.error(), request);
    auto items = nlohmann::json::array();
    for (const auto& lesson : page->items) {
      auto item = presenter_.show(lesson, request);
      if (!item) return http::problem(item.error(), request);
      items.push_back(std::move(*item));
    }
    std::optional<std::string> next;
    if (page->next) next = cursors.seal(*page->next);
    return http::json_response(200, http::page_json(std::move(items), next));
  }

  http::Response show(const http::Request& request) const {
    const auto id = lesson_id_of(request);
    if (!id) return http::problem(id.error(), request);
    return presenter_.answer(service_.find(request.viewer, *id), request);
  }

  http::Response edit(const http::Request& request) const {
    const auto id = lesson_id_of(request);
    if (!id) return http::problem(id.error(), request);
    http::JsonBody body(request);
    const auto patch = read_content(*body, Fields::as_change);
    if (auto done = body.finish(); !done) return http::problem(done.error(), request);
    return presenter_.answer(service_.edit(request.viewer, *id, patch, revision_check(request)),
                             request);
  }

  http::Response erase(const http::Request& request) const {
    const auto id = lesson_id_of(request);
    if (!id) return http::problem(id.error(), request);
    const auto done = service_.erase(request.viewer, *id, revision_check(request));
    return done ? http::no_content() : http::problem(done.error(), request);
  }

 private:
  LessonService& service_;
  LessonPresenter& presenter_;
  std::string cursor_key_;
};

}  // namespace

Result<LessonId> lesson_id_of(const http::Request& request) {
  const auto id = LessonId::parse(request.parameters.at("id"));
  if (!id) return Error{ErrorCode::not_found, "no such lesson", "lesson_not_found"};
  return *id;
}

void add_routes(http::Router& router, LessonService& service, LessonPresenter& presenter,
                std::string cursor_key) {
  const auto handlers = std::make_shared<const Handlers>(service, presenter, std::move(cursor_key));
  const auto add = [&](http::Method method, std::string pattern, http::Gate gate, auto handler) {
    http::Route route;
    route.method = method;
    route.pattern = std::move(pattern);
    route.gate = gate;
    route.handler = [handlers, handler](http::Request& request) {
      return ((*handlers).*handler)(request);
    };
    router.add(std::move(route));
  };
  using enum http::Gate;
  add(http::Method::post, "/api/v1/lessons", signed_in, &Handlers::create);
  add(http::Method::get, "/api/v1/lessons", signed_in, &Handlers::list);
  add(http::Method::get, "/api/v1/lessons/{id}", open, &Handlers::show);
  add(http::Method::patch, "/api/v1/lessons/{id}", signed_in, &Handlers::edit);
  add(http::Method::del, "/api/v1/lessons/{id}", signed_in, &Handlers::erase);
}

}  // namespace weike::lessons
