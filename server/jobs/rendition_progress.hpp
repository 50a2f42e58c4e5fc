#pragma once

#include "model/asset.hpp"
#include "server/jobs/order_of_work.hpp"

#include <string>
#include <vector>

namespace weike::server {

// How far these renditions are, in this order. What was measured of one before stays with it.
std::vector<RenditionProgress> progress_of(const media::Plan& plan,
                                           const std::vector<std::string>& names,
                                           const FinishedSegments& finished,
                                           const std::vector<RenditionProgress>& before = {});

}  // namespace weike::server
