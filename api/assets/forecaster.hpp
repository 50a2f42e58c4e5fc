#pragma once

#include "model/asset.hpp"
#include "model/time.hpp"

#include <cstddef>
#include <optional>

namespace weike::assets {

// Says how long the work on an asset will still take. Threads may share it.
class Forecaster {
 public:
  virtual ~Forecaster() = default;
  // From now until the asset is ready; nothing when it is ready, rejected or failed. `queue_place`
  // jobs come before its own.
  virtual std::optional<Milliseconds> until_ready(const Asset& asset,
                                                  std::optional<std::size_t> queue_place) const = 0;
};

}  // namespace weike::assets
