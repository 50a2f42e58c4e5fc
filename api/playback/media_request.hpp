#pragma once

#include "api/http/conditional.hpp"
#include "api/http/message.hpp"

#include <string_view>

namespace weike::playback {

// One request for media. Views into the caller's request.
struct MediaRequest {
  http::Method method = http::Method::get;
  std::string_view asset;
  std::string_view token;
  std::string_view file;
  http::Conditions conditions;
  std::string_view accept_encoding = {};
};

}  // namespace weike::playback
