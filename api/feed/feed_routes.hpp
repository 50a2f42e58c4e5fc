#pragma once

#include "api/feed/feed_service.hpp"
#include "api/http/router.hpp"

#include <functional>
#include <optional>

namespace weike::feed {

// Who sends a request of the hot lane, from memory: accounts::SessionService::try_viewer.
using TryViewer = std::function<std::optional<Viewer>(const http::RequestHead&)>;

// GET /feed and GET /channels, open to visitors.
void add_routes(http::Router& router, FeedService& service, TryViewer try_viewer);

}  // namespace weike::feed
