#include "api/playback/player_abilities.hpp"

#include <algorithm>

namespace weike::playback {

PlayerAbilities abilities_of(const http::Request& request) {
  auto codecs = request.query_value("codecs").value_or("");
  PlayerAbilities abilities;
  while (!codecs.empty()) {
    const auto codec = codecs.substr(0, codecs.find(','));
    codecs.remove_prefix(std::min(codec.size() + 1, codecs.size()));
    if (codec.substr(0, codec.find('.')) == "av01") abilities.knows_av1 = true;
  }
  return abilities;
}

}  // namespace weike::playback
