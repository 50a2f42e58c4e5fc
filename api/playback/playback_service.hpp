#pragma once

#include "api/assets/asset_service.hpp"
#include "api/playback/media_links.hpp"
#include "api/playback/player_abilities.hpp"
#include "model/asset.hpp"
#include "model/lesson.hpp"
#include "model/role.hpp"
#include "storage/kv/kv_store.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace weike::playback {

enum class WhichVersion { live, working };

// A rung as one ordinary MP4 file.
struct WholeRung {
  std::string rendition;
  int width = 0;
  int height = 0;
  std::string codecs;            // RFC 6381: "avc1.64001f,mp4a.40.2".
  std::uint64_t size_bytes = 0;  // About: of the segments it is put together from.
  std::string url;
};

// What a player needs to start.
struct Playback {
  MediaUrls urls;
  std::uint32_t version = 0;
  std::uint32_t duration_ms = 0;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  bool has_audio = false;
  std::uint32_t resume_ms = 0;     // 0 for visitors and for working versions.
  std::vector<Captions> captions;  // One for each of `urls.caption_urls`.
  std::vector<Chapter> chapters;
  // That the player can show, largest first; none before the asset is ready.
  std::vector<WholeRung> whole_rungs;
};

nlohmann::json to_wire(const Playback& playback);

// Gives links to those who may see a lesson. Threads may share it.
class PlaybackService {
 public:
  PlaybackService(storage::KvStore& store, assets::AssetService& assets, const MediaLinks& links)
      : store_(store), assets_(assets), links_(links) {}

  // The live version for its audience; the working one for its owner and, from the submission on,
  // for reviewers. From `playable` on, else `conflict`, reason asset_not_playable. `not_found` if
  // there is none for this viewer; `gone`, reason lesson_recalled, for those who might have seen
  // it.
  Result<Playback> find(const Viewer& viewer, LessonId lesson, WhichVersion which,
                        PlayerAbilities abilities = {});

 private:
  std::vector<WholeRung> whole_rungs_of(const Asset& asset, const Viewer& signed_for,
                                        PlayerAbilities abilities);

  storage::KvStore& store_;
  assets::AssetService& assets_;
  const MediaLinks& links_;
};

}  // namespace weike::playback
