#include "media/probe/glance.hpp"

namespace weike::media {

Result<nlohmann::json> glance(int, const GlanceTask&, OutputSink&) {
  return {boost::system::in_place_value, nlohmann::json::object()};
}

}  // namespace weike::media
