#pragma once

#include "api/accounts/account_service.hpp"
#include "api/assets/asset_routes.hpp"
#include "api/assets/asset_service.hpp"
#include "api/http/message.hpp"
#include "api/playback/playback_service.hpp"
#include "model/lesson.hpp"
#include "storage/kv/kv_store.hpp"

#include <nlohmann/json.hpp>

namespace weike::lessons {

// How much of a lesson an answer shows.
enum class Extent {
  by_right,  // What the viewer may see by now.
  whole,     // To somebody who just took a step with it, a reviewer who returned it for example.
};

// The lesson as the API shows it to one viewer: whole to those who oversee it, the live version
// with its playback, for what the player can show, to everyone else. Threads may share it.
class LessonPresenter {
 public:
  LessonPresenter(storage::KvStore& store, accounts::AccountService& accounts,
                  assets::AssetService& assets, playback::PlaybackService& playback,
                  assets::UrlSigner signer)
      : store_(store),
        accounts_(accounts),
        assets_(assets),
        playback_(playback),
        signer_(std::move(signer)) {}

  Result<nlohmann::json> show(const Lesson& lesson, const http::Request& request,
                              Extent extent = Extent::by_right);
  // 200, or another status of success, with the revision as ETag; or the problem.
  http::Response answer(const Result<Lesson>& lesson, const http::Request& request,
                        int status = 200, Extent extent = Extent::by_right);
  // {id, display_name}; the name is empty when the account is gone.
  Result<nlohmann::json> person(AccountId account);

 private:
  Result<nlohmann::json> show_to_audience(const Lesson& lesson, const http::Request& request);
  Result<nlohmann::json> asset_json(AssetId id, const http::Request& request);
  nlohmann::json unit_json(UnitId unit) const;

  storage::KvStore& store_;
  accounts::AccountService& accounts_;
  assets::AssetService& assets_;
  playback::PlaybackService& playback_;
  assets::UrlSigner signer_;
};

// The lesson's revision as an entity tag.
std::string etag_of(const Lesson& lesson);

}  // namespace weike::lessons
