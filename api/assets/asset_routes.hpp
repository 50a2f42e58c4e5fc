#pragma once

#include "api/assets/asset_service.hpp"
#include "api/http/router.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace weike::assets {

// The signed path of one file of an asset ("master.m3u8", "poster.jpg") for one viewer.
using UrlSigner = std::function<std::string(const Asset&, const Viewer&, std::string_view file)>;

// What of `asset` can be played or shown by now, signed for `viewer`.
AssetUrls sign_urls(const UrlSigner& signer, const Asset& asset, const Viewer& viewer);

// GET /assets, GET and DELETE /assets/{id}, POST /assets/{id}/retry and …/trim.
void add_routes(http::Router& router, AssetService& service, UrlSigner signer);

}  // namespace weike::assets
