#pragma once

#include "api/http/message.hpp"
#include "api/uploads/upload.hpp"
#include "model/error.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string_view>

// Replies with the header fields of tus 1.0.
namespace weike::uploads {

// 204 to PATCH: the new offset, and until when the upload lives.
http::Response patched(const Upload& upload);
// 201 to POST, with the path of the upload.
http::Response created(const Upload& upload);
// 200 to HEAD.
http::Response resume_point(const Upload& upload);
// 204 with nothing to say but the protocol's version.
http::Response done();
// 204 to OPTIONS.
http::Response abilities(std::uint64_t max_bytes);
http::Response refused(const Error& error, http::Language language, std::string_view request_id);
http::Response refused(const Error& error, const http::Request& request);

// The upload as GET shows it, with what a glance at it told.
nlohmann::json to_wire(const Upload& upload, const std::optional<Glance>& glance,
                       http::Language language);

}  // namespace weike::uploads
