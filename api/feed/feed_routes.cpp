#include "api/feed/feed_routes.hpp"

#include "api/http/conditional.hpp"
#include "api/http/page_query.hpp"
#include "api/http/problem.hpp"
#include "api/http/reply.hpp"

#include <charconv>
#include <string>
#include <string_view>
#include <utility>

namespace weike::feed {
namespace {

FeedScope scope_of(const Viewer& viewer) {
  return viewer.is_signed_in() ? FeedScope::members : FeedScope::everyone;
}

// A visitor's page is everybody's: shared caches may keep it for a moment, but never hand it to
// somebody who is signed in.
http::Response page_response(const FeedPage& page, FeedScope scope,
                             std::string_view if_none_match) {
  const std::string_view caching =
      scope == FeedScope::everyone ? "public, max-age=0, s-maxage=10" : "private, no-cache";
  constexpr const char* kVary = "Accept-Language, Authorization, Cookie";
  if (http::is_not_modified(if_none_match, page.etag)) {
    auto response = http::not_modified(page.etag, caching);
    response.headers.add("Vary", kVary);
    return response;
  }
  http::Response response;
  response.headers.add("Content-Type", "application/json");
  response.headers.add("ETag", page.etag);
  response.headers.add("Cache-Control", std::string(caching));
  response.headers.add("Vary", kVary);
  response.body = page.bytes;
  return response;
}

http::Response show_feed(FeedService& service, const http::Request& request) {
  const auto limit = http::page_limit(request);
  if (!limit) return http::problem(limit.error(), request);
  const PageRequest wanted{
      {scope_of(request.viewer), std::string(request.query_value("channel").value_or(""))},
      std::string(request.query_value("cursor").value_or("")),
      *limit,
      request.language()};
  const auto page = service.page(wanted);
  if (!page) return http::problem(page.error(), request);
  return page_response(*page, wanted.list.scope, request.headers.get("If-None-Match").value_or(""));
}

// Fills `wanted` from a query that needs no decoding; false if it is of any other kind.
bool read_plain_query(std::string_view query, PageRequest& wanted) {
  bool has_channel = false, has_cursor = false, has_limit = false;
  while (!query.empty()) {
    const auto item = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), item.size() + 1));
    const auto equals = item.find('=');
    if (equals == std::string_view::npos || item.find_first_of("%+") != std::string_view::npos)
      return false;
    const auto name = item.substr(0, equals);
    const auto value = item.substr(equals + 1);
    if (name == "channel" && !std::exchange(has_channel, true)) {
      wanted.list.channel = value;
    } else if (name == "cursor" && !std::exchange(has_cursor, true)) {
      wanted.cursor = value;
    } else if (name == "limit" && !std::exchange(has_limit, true)) {
      const auto* end = value.data() + value.size();
      const auto [stop, error] = std::from_chars(value.data(), end, wanted.limit);
      if (error != std::errc{} || stop != end) return false;
    } else {
      return false;
    }
  }
  return wanted.limit >= 1 && wanted.limit <= http::kMaxPage;
}

std::optional<http::Response> show_feed_hot(FeedService& service, const TryViewer& try_viewer,
                                            const http::RequestHead& head) {
  PageRequest wanted;
  if (!read_plain_query(head.query, wanted)) return std::nullopt;
  const auto viewer = try_viewer(head);
  if (!viewer) return std::nullopt;
  wanted.list.scope = scope_of(*viewer);
  wanted.language = http::language_of(head.accept_language);
  const auto page = service.page_from_memory(wanted);
  if (!page) return std::nullopt;
  return page_response(*page, wanted.list.scope, head.if_none_match);
}

http::Response list_channels(const FeedService& service, const http::Request& request) {
  auto items = nlohmann::json::array();
  const bool is_english = request.language() == http::Language::en;
  for (const auto& channel : service.channels()) {
    items.push_back(
        {{"id", channel.id}, {"title", is_english ? channel.title_en : channel.title_zh}});
  }
  return http::json_response(200, {{"items", std::move(items)}});
}

}  // namespace

void add_routes(http::Router& router, FeedService& service, TryViewer try_viewer) {
  http::Route feed;
  feed.pattern = "/api/v1/feed";
  feed.gate = http::Gate::open;
  feed.handler = [&service](http::Request& request) { return show_feed(service, request); };
  if (try_viewer) {
    feed.hot = [&service, try_viewer = std::move(try_viewer)](const http::RequestHead& head) {
      return show_feed_hot(service, try_viewer, head);
    };
  }
  router.add(std::move(feed));

  http::Route channels;
  channels.pattern = "/api/v1/channels";
  channels.gate = http::Gate::open;
  channels.handler = [&service](http::Request& request) { return list_channels(service, request); };
  router.add(std::move(channels));
}

}  // namespace weike::feed
