#pragma once

#include "api/http/message.hpp"
#include "api/playback/media_delivery.hpp"
#include "api/playback/media_request.hpp"

#include <memory>

namespace weike::playback {

// The answer to a request for a segment that is not made yet: the wish for it stands as long as
// this lives. Null if nobody would make it. `request` is the one that `delivery` refused with
// segment_not_ready; of it, language and id go into the problem if the segment does not come.
// `delivery` must outlive it.
std::shared_ptr<http::LaterAnswer> await_segment(MediaDelivery& delivery, const MediaRequest& media,
                                                 const http::Request& request);

// The problem document for what `MediaDelivery::answer` failed with.
http::Response media_problem(const Error& error, http::Language language,
                             std::string_view request_id);

}  // namespace weike::playback
