#include "api/http/page_query.hpp"

#include <charconv>
#include <utility>

namespace weike::http {

Result<std::size_t> page_limit(const Request& request) {
  const auto text = request.query_value("limit");
  if (!text) return kDefaultPage;
  std::size_t limit = 0;
  const auto* end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, limit);
  if (error != std::errc{} || stop != end || limit < 1 || limit > kMaxPage)
    return Error{ErrorCode::invalid_argument, "limit is not 1 to 50", "out_of_range", "limit"};
  return limit;
}

nlohmann::json page_json(nlohmann::json items, const std::optional<std::string>& next_cursor) {
  nlohmann::json page = {{"items", std::move(items)}, {"next_cursor", nullptr}};
  if (next_cursor) page["next_cursor"] = *next_cursor;
  return page;
}

}  // namespace weike::http
