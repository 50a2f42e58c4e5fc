#pragma once

#include "api/http/message.hpp"
#include "model/error.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <optional>
#include <string>

namespace weike::http {

inline constexpr std::size_t kDefaultPage = 20;
inline constexpr std::size_t kMaxPage = 50;

// The query's `limit`, 20 if there is none; `invalid_argument` naming it unless it is 1 to 50.
Result<std::size_t> page_limit(const Request& request);

// {"items": […], "next_cursor": "…" or null}.
nlohmann::json page_json(nlohmann::json items, const std::optional<std::string>& next_cursor);

}  // namespace weike::http
