#pragma once

#include "api/events/event_bus.hpp"
#include "api/http/router.hpp"

namespace weike::events {

// GET /events: server-sent events (WHATWG HTML §9.2) for whoever is signed in.
void add_routes(http::Router& router, EventBus& bus);

}  // namespace weike::events
