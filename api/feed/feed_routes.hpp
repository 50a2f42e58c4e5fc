#pragma once

#include "api/feed/feed_service.hpp"
#include "api/http/router.hpp"

#include <functional>
#include <optional>

namespace weike::feed {

// Whether the sender of a request of the hot lane is signed in, from memory:
// accounts::SessionService::try_signed_in.
using TrySignedIn = std::function<std::optional<bool>(const http::RequestHead&)>;

// GET /feed and GET /channels, open to visitors.
void add_routes(http::Router& router, FeedService& service, TrySignedIn try_signed_in);

}  // namespace weike::feed
