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

FeedScope scope_of(bool is_signed_in) {
  return is_signed_in ? FeedScope::members : FeedScope::everyone;
}

// A page that is asked for once is not worth packing. Who has a form of it already may have a
// packed one, and its tag has to be compared.
bool may_be_packed(const FeedPage& page, const http::Conditions& conditions) {
  return page.is_kept || !conditions.if_none_match.empty();
}

http::Response show_feed(FeedService& service, const http::Request& request) {
  const auto limit = http::page_limit(request);
  if (!limit) return http::problem(limit.error(), request);
  const PageRequest wanted{scope_of(request.viewer.is_signed_in()),
                           request.query_value("channel").value_or(""),
                           request.query_value("cursor").value_or(""), *limit, request.language()};
  const auto page = service.page(wanted);
  if (!page) return http::problem(page.error(), request);
  const auto conditions = http::conditions_of(request.headers);
  const auto codings = request.headers.get("Accept-Encoding").value_or("");
  auto answer = page->content->answer(
      {request.method, may_be_packed(*page, conditions) ? codings : "", conditions});
  return answer ? std::move(*answer) : http::problem(answer.error(), request);
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
      wanted.channel = value;
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

std::optional<http::Response> show_feed_hot(FeedService& service, const TrySignedIn& try_signed_in,
                                            const http::RequestHead& head) {
  PageRequest wanted;
  if (!read_plain_query(head.query, wanted)) return std::nullopt;
  const auto is_signed_in = try_signed_in(head);
  if (!is_signed_in) return std::nullopt;
  wanted.scope = scope_of(*is_signed_in);
  wanted.language = http::language_of(head.accept_language);
  const auto page = service.page_from_memory(wanted);
  if (!page) return std::nullopt;
  const auto conditions = http::conditions_of(head);
  return page->content->answer_from_memory(
      {head.method, may_be_packed(*page, conditions) ? head.accept_encoding : "", conditions});
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

void add_routes(http::Router& router, FeedService& service, TrySignedIn try_signed_in) {
  http::Route feed;
  feed.pattern = "/api/v1/feed";
  feed.gate = http::Gate::open;
  feed.handler = [&service](http::Request& request) { return show_feed(service, request); };
  if (try_signed_in) {
    feed.hot = [&service, try_signed_in = std::move(try_signed_in)](const http::RequestHead& head) {
      return show_feed_hot(service, try_signed_in, head);
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
