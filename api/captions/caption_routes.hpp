#pragma once

#include "api/captions/caption_service.hpp"
#include "api/http/router.hpp"

namespace weike::captions {

// PUT and GET /api/v1/assets/{id}/captions, GET and DELETE /api/v1/assets/{id}/captions/{captions}.
void add_routes(http::Router& router, CaptionService& service);

}  // namespace weike::captions
