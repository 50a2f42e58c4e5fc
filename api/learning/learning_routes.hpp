#pragma once

#include "api/http/router.hpp"
#include "api/learning/learning_service.hpp"

#include <string_view>

namespace weike::learning {

// POST /me/heartbeats, GET /me/progress, GET /me/overlay. `cursor_key`: the installation's secret,
// see http::load_or_make_key(store, "cursor-key").
void add_routes(http::Router& router, LearningService& service, std::string_view cursor_key);

}  // namespace weike::learning
