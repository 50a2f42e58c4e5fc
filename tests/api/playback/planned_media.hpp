#pragma once

#include "model/json.hpp"
#include "storage/records/keys.hpp"
#include "storage/records/record.hpp"
#include "tests/api/playback/fake_requests.hpp"
#include "tests/api/playback/media_fixture.hpp"

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weike {

// Assets with any plan and any files, asked for by links of their author.
class PlannedMedia : public MediaWorld {
 protected:
  // Stores plan and record; renditions named in `complete` count as made.
  Asset store_asset(const media::Plan& plan, AssetState state,
                    const std::set<std::string>& complete) {
    Asset asset;
    asset.id = AssetId::make_random();
    asset.owner = author.id;
    asset.state = state;
    asset.source_sha256 = std::string(64, 'a');
    asset.has_plan = true;
    asset.is_playable = true;
    asset.has_audio = !plan.audio.empty();
    asset.duration_ms = plan.duration_ms();
    const auto add = [&](const std::string& name) {
      const auto total = static_cast<std::uint32_t>(plan.segments.size());
      asset.renditions.push_back({name, complete.contains(name) ? total : 0, total, 1000});
    };
    if (plan.copied) add(plan.copied->name);
    for (const auto& rung : plan.video) add(rung.name);
    if (plan.background) add(plan.background->name);
    for (const auto& rung : plan.audio) add(rung.name);
    put_blob(asset, "plan.json", nlohmann::json(plan).dump());
    save(asset);
    return asset;
  }

  void save(const Asset& asset) {
    auto done = store.transact([&](storage::Transaction& transaction) {
      return storage::save(transaction, storage::keys::asset(asset.id), asset);
    });
    EXPECT_TRUE(done);
  }

  void put_blob(const Asset& asset, const std::string& name, std::string_view bytes) {
    EXPECT_TRUE(blobs.put(assets::blob_name(asset.id, name),
                          std::as_bytes(std::span(bytes.data(), bytes.size()))));
  }

  std::string url(const Asset& asset, std::string_view file) const {
    return links.path(asset, author.viewer, file);
  }

  int status_of(const Asset& asset, const std::string& file) {
    return get(url(asset, file)).status;
  }
};

}  // namespace weike
