#pragma once

#include "server/jobs/order_of_work.hpp"
#include "server/jobs/pipeline.hpp"
#include "server/jobs/wish_list.hpp"

#include <string_view>

namespace weike::server {

// What the jobs work with; everything outlives them.
struct Workshop {
  storage::KvStore& store;
  storage::BlobStore& blobs;
  storage::JobQueue& queue;
  assets::AssetService& assets;
  events::EventBus& events;
  media::Worker& worker;
  const Clock& clock;
  const PipelineOptions options;
  WishList wishes = {};

  void log(std::string_view event, AssetId asset, std::string_view detail) const {
    if (options.log) options.log(event, asset, detail);
  }
  // Who watches, or somebody who does not care.
  JobObserver& observer() const {
    static JobObserver nobody;
    return options.observer != nullptr ? *options.observer : nobody;
  }
};

inline OrderOptions order_options(const PipelineOptions& options) {
  return {options.batch_segments, options.short_lesson, options.workers};
}

}  // namespace weike::server
