#pragma once

#include "api/http/router.hpp"
#include "api/uploads/upload_service.hpp"

namespace weike::uploads {

// tus 1.0 at /api/v1/uploads, and GET for what tus does not tell.
void add_routes(http::Router& router, UploadService& service);

}  // namespace weike::uploads
