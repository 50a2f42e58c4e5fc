#include "server/jobs/asset_job.hpp"

#include <algorithm>

namespace weike::server {

AssetJob::AssetJob(Workshop& workshop, storage::Lease lease, AssetId asset)
    : workshop_(workshop),
      id_(asset),
      hold_(workshop.assets.hold(asset)),
      lease_(std::move(lease)) {}

bool AssetJob::is_all_made() const { return has_plan_ && batches_.empty() && has_images_; }

std::optional<AssetJob::Rank> AssetJob::rank() const {
  const std::scoped_lock lock(mutex_);
  if (is_over_) return std::nullopt;
  if (control_.stop || failure_) return running_ == 0 ? std::optional(Rank{}) : std::nullopt;
  if (!has_begun_) return Rank{};
  if (!has_plan_) return std::nullopt;
  if (!batches_.empty()) {
    constexpr int kBehindImages = 2;
    const auto urgency = batches_.front().urgency;
    const int hurry = urgency == Urgency::playable      ? 1
                      : urgency == Urgency::publishable ? kBehindImages + 1
                                                        : kBehindImages + 2;
    const auto seconds = static_cast<double>(plan_->duration_ms()) / 1000;
    return Rank{hurry, seconds * (1 - share_done(*plan_, finished_))};
  }
  if (!images_taken_) return Rank{2, 0};
  return std::nullopt;
}

std::optional<AssetJob::Unit> AssetJob::take_unit() {
  const std::scoped_lock lock(mutex_);
  if (is_over_) return std::nullopt;
  Unit unit;
  if (control_.stop || failure_) {
    if (running_ > 0) return std::nullopt;
    unit.step = Step::settle;
  } else if (!has_begun_) {
    has_begun_ = true;
  } else if (!has_plan_) {
    return std::nullopt;
  } else if (!batches_.empty()) {
    unit.step = Step::batch;
    unit.batch = std::move(batches_.front());
    batches_.pop_front();
  } else if (!images_taken_) {
    images_taken_ = true;
    unit.step = Step::images;
  } else {
    return std::nullopt;
  }
  ++running_;
  return unit;
}

bool AssetJob::run(const Unit& unit) {
  const auto done = perform(unit);
  if (!done) take_failure(done.error());
  {
    const std::scoped_lock lock(mutex_);
    --running_;
    const bool is_last = running_ == 0 && (control_.stop || failure_ || is_all_made());
    if (!is_last || is_over_) return false;
    is_over_ = true;
  }
  settle();
  return true;
}

Result<> AssetJob::perform(const Unit& unit) {
  switch (unit.step) {
    case Step::begin:
      return begin();
    case Step::batch:
      return make_batch(unit.batch);
    case Step::images:
      return make_images();
    case Step::settle:
      return {};
  }
  return {};
}

// The first failure counts; those of the units that it stops are its echo.
void AssetJob::take_failure(const Error& error) {
  const std::scoped_lock lock(mutex_);
  if (!failure_ && !control_.stop) failure_ = error;
  control_.stop = true;
}

void AssetJob::stop() { control_.stop = true; }

void AssetJob::lose() {
  const std::scoped_lock lock(mutex_);
  is_lost_ = true;
  control_.stop = true;
}

bool AssetJob::is_lost() const {
  const std::scoped_lock lock(mutex_);
  return is_lost_;
}

storage::Lease AssetJob::lease() const {
  const std::scoped_lock lock(mutex_);
  return lease_;
}

void AssetJob::renew() {
  auto renewed = lease();
  const auto done = workshop_.queue.renew(renewed);
  if (!done && done.error().code == ErrorCode::conflict) lose();
  if (!done) return;  // A store that cannot be reached now may be so before the lease ends.
  const std::scoped_lock lock(mutex_);
  lease_.expires_at = renewed.expires_at;
}

void AssetJob::watch() { [[maybe_unused]] const auto holds = confirm(); }

Result<> AssetJob::confirm() {
  const auto shown = lease();
  auto holds = workshop_.store.read([&](storage::Transaction& transaction) {
    return workshop_.queue.confirm(transaction, shown);
  });
  if (!holds && holds.error().code == ErrorCode::conflict) lose();
  return holds;
}

Result<> AssetJob::change(const Edit& edit) {
  const auto shown = lease();
  Asset changed;
  const auto body = [&](storage::Transaction& transaction) -> Result<> {
    if (auto holds = workshop_.queue.confirm(transaction, shown); !holds) return holds;
    auto asset = workshop_.assets.find(transaction, id_);
    if (!asset) return asset.error();
    if (auto done = edit(transaction, *asset); !done) return done;
    asset->updated_at = workshop_.clock.now();
    changed = std::move(*asset);
    return workshop_.assets.save(transaction, changed);
  };
  auto done = workshop_.store.transact(body);
  if (!done && done.error().code == ErrorCode::conflict) lose();
  if (done) workshop_.events.publish(assets::event_of(changed));
  return done;
}

}  // namespace weike::server
