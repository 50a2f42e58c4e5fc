#pragma once

#include "api/http/message.hpp"

namespace weike::playback {

// What a player says of itself.
struct PlayerAbilities {
  bool knows_av1 = false;
};

// From the query: "codecs=av01" or "codecs=avc1,av01.0.05M.08"; what stands before the first dot
// counts (RFC 6381). Nothing is said by who does not give it.
PlayerAbilities abilities_of(const http::Request& request);

}  // namespace weike::playback
