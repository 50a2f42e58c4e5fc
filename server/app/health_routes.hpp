#pragma once

#include "api/http/router.hpp"
#include "model/error.hpp"
#include "server/metrics/metrics.hpp"

#include <functional>

namespace weike::server {

// GET /healthz (the process answers), /readyz (`is_ready` succeeds, else 503 and its reason's
// word), /metrics for loopback peers and administrators.
void add_health_routes(http::Router& router, const Metrics& metrics,
                       std::function<Result<>()> is_ready);

}  // namespace weike::server
