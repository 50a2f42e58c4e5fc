#pragma once

#include "api/playback/player_abilities.hpp"
#include "media/package/playlists.hpp"
#include "media/plan/plan.hpp"
#include "model/asset.hpp"

#include <string_view>
#include <vector>

// Which renditions of an asset players are told of. Before the asset is ready that follows from the
// plan alone; from then on its record says which were made.
namespace weike::playback {

// For masters and manifests, without captions and without AV1 unless it is asked for.
media::OfferedMedia offered_media(const media::Plan& plan, const Asset& asset);

// Everybody may ask for what was offered at any time: a player that began before the asset was
// ready goes on with what it was told then. Sound always.
bool is_offered(const media::Plan& plan, const media::OfferedMedia& offered,
                std::string_view rendition);

// All its segments are made.
bool is_complete(const Asset& asset, std::string_view rendition);

// The rungs a whole file can be had of that such a player can show, largest first; none before the
// asset is ready.
std::vector<media::VideoRung> whole_rungs(const media::Plan& plan, const Asset& asset,
                                          PlayerAbilities abilities);

// There is a rung for players that know AV1, by its name ("v480-av1").
bool has_av1(const Asset& asset);

}  // namespace weike::playback
