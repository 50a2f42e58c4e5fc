#pragma once

#include "api/http/router.hpp"
#include "api/pages/static_site.hpp"

namespace weike::pages {

// GET of everything that no other route has: the pages, or 404. Unknown paths below /api are 404
// for every method.
void add_routes(http::Router& router, const StaticSite& site);

}  // namespace weike::pages
