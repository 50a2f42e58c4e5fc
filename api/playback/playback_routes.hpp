#pragma once

#include "api/http/router.hpp"
#include "api/playback/media_delivery.hpp"
#include "api/playback/playback_service.hpp"

namespace weike::playback {

// GET /api/v1/lessons/{id}/playback and GET /media/{asset}/{token}/{file*}.
void add_routes(http::Router& router, PlaybackService& service, MediaDelivery& delivery);

}  // namespace weike::playback
