#pragma once

#include "media/plan/plan.hpp"
#include "model/asset.hpp"
#include "model/error.hpp"
#include "server/jobs/workshop.hpp"
#include "storage/kv/kv_store.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weike::server {

// Two uploads of the same bytes with the same plan have the same segments, byte for byte: the
// second asset gets those of the first under names of its own, and nothing is made again. Nothing
// but what source and plan decide is taken over: no file name, no captions, nobody learns whose the
// other is. One thread.
class Reuse {
 public:
  explicit Reuse(Workshop& workshop) : workshop_(workshop) {}

  struct Taken {
    std::size_t segments = 0;
    // Of the pictures; nothing if they have to be made.
    std::optional<std::vector<std::string>> placeholders;
  };
  // Looks for a finished asset like `asset`, whose plan stands. What `asset` has already stays.
  // `guard` is part of every transaction: it checks that the caller still has the job.
  Result<Taken> take_over(const Asset& asset, const media::Plan& plan,
                          const storage::TransactionBody& guard);

 private:
  Result<std::vector<Asset>> find_finished(const Asset& asset);
  Result<bool> has_same_plan(const Asset& one, const Asset& other);
  Result<> copy_notes(AssetId from, AssetId to, const storage::TransactionBody& guard);
  Result<std::size_t> link_segments(AssetId from, AssetId to,
                                    const storage::TransactionBody& guard);
  // False if one of the pictures is not there, or `to` has another.
  Result<bool> link_images(AssetId from, AssetId to, const media::Plan& plan);

  Workshop& workshop_;
};

}  // namespace weike::server
