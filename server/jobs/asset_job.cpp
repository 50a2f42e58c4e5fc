#include "server/jobs/asset_job.hpp"

#include "media/images/reel.hpp"
#include "storage/records/keys.hpp"

#include <algorithm>
#include <exception>

namespace weike::server {

AssetJob::AssetJob(Workshop& workshop, storage::Lease lease, AssetId asset, JobKind kind)
    : workshop_(workshop),
      id_(asset),
      kind_(kind),
      unit_(lease.unit),
      hold_(workshop.assets.hold(asset)),
      notes_(workshop.store, asset),
      lease_(std::move(lease)) {
  // The images are there since the asset is ready.
  has_images_ = images_taken_ = kind != JobKind::lesson;
}

AssetJob::~AssetJob() {
  auto* forecast = workshop_.options.forecast;
  if (forecast != nullptr && kind_ == JobKind::lesson) forecast->forget(id_);
}

bool AssetJob::is_all_made() const {
  return has_plan_ && has_images_ && finished_.are_complete(due_);
}

// They come behind the last batch, from the smallest rung once that is finished.
bool AssetJob::can_make_images() const {
  return has_plan_ && !images_taken_ && batches_.empty() &&
         finished_.is_complete(media::reel_rendition(*plan_));
}

std::optional<AssetJob::Rank> AssetJob::rank() const {
  constexpr int kImages = 2;
  constexpr int kLate = 5;
  const std::scoped_lock lock(mutex_);
  if (is_over_) return std::nullopt;
  const int last = kind_ == JobKind::lesson ? 0 : kLate;
  if (is_stopping() || is_all_made()) {
    return running_.empty() ? std::optional(Rank{last, 0}) : std::nullopt;
  }
  if (!has_begun_) return Rank{last, 0};
  if (!has_plan_) return std::nullopt;
  if (!batches_.empty()) {
    const auto urgency = batches_.front().urgency;
    const int hurry = kind_ != JobKind::lesson          ? kLate
                      : urgency == Urgency::playable    ? 1
                      : urgency == Urgency::publishable ? kImages + 1
                                                        : kImages + 2;
    const auto seconds = static_cast<double>(plan_->duration_ms()) / 1000;
    return Rank{hurry, seconds * (1 - share_done(*plan_, due_, finished_))};
  }
  if (can_make_images()) return Rank{kImages, 0};
  return std::nullopt;
}

std::optional<AssetJob::Unit> AssetJob::take_unit(Portion portion) {
  const std::scoped_lock lock(mutex_);
  if (is_over_) return std::nullopt;
  Unit unit;
  if (is_stopping() || is_all_made()) {
    if (!running_.empty()) return std::nullopt;
    unit.step = Step::settle;
  } else if (!has_begun_) {
    has_begun_ = true;
  } else if (has_plan_ && !batches_.empty()) {
    unit.step = Step::batch;
    unit.batch = std::move(batches_.front());
    batches_.pop_front();
    if (portion == Portion::playable && !unit.batch.ahead.empty()) {
      auto [ahead, rest] = split_ahead(unit.batch);
      unit.batch = std::move(ahead);
      batches_.push_front(std::move(rest));
    }
    for (const auto& rendition : unit.batch.renditions) {
      for (auto number = unit.batch.first_segment; number <= unit.batch.last_segment; ++number) {
        claimed_.emplace(rendition, number);
      }
    }
  } else if (can_make_images()) {
    images_taken_ = true;
    unit.step = Step::images;
  } else {
    return std::nullopt;
  }
  running_.push_back(unit);
  return unit;
}

bool AssetJob::run(const Unit& unit) {
  const auto done = perform_measured(unit);
  if (!done) take_failure(done.error());
  {
    const std::scoped_lock lock(mutex_);
    std::erase_if(running_, [&](const Unit& each) { return each.control == unit.control; });
    for (const auto& rendition : unit.batch.renditions) {
      for (auto number = unit.batch.first_segment; number <= unit.batch.last_segment; ++number) {
        claimed_.erase({rendition, number});
      }
    }
    const bool is_last = running_.empty() && (is_stopping() || is_all_made());
    if (!is_last || is_over_) return false;
    is_over_ = true;
  }
  settle();
  return true;
}

// Whatever a library throws is a failure of this job and no more.
Result<> AssetJob::perform(const Unit& unit) {
  try {
    return do_step(unit);
  } catch (const std::exception& error) {
    return Error{ErrorCode::internal, std::string("an exception: ") + error.what()};
  }
}

Result<> AssetJob::do_step(const Unit& unit) {
  switch (unit.step) {
    case Step::begin:
      return begin(*unit.control);
    case Step::batch:
      return make_batch(unit);
    case Step::images:
      return make_images(*unit.control);
    case Step::settle:
      return {};
  }
  return {};
}

// What is left to make, without what is finished or at work.
void AssetJob::plan_batches() {
  const auto is_taken = [this](const std::string& rendition, std::uint32_t number) {
    return finished_.has(rendition, number) || claimed_.contains({rendition, number});
  };
  const auto open = open_batches(*plan_, due_, is_taken, order_options(workshop_.options));
  batches_.assign(open.begin(), open.end());
}

void AssetJob::set_goal() {
  switch (kind_) {
    case JobKind::lesson:
      due_ = due_renditions(*plan_, is_damaged_, workshop_.options.top_rung);
      break;
    case JobKind::top_rung:
      due_ = {plan_->video.front().name};
      break;
    case JobKind::background_rung:
      due_.clear();
      if (plan_->background) due_ = {plan_->background->name};
      break;
  }
  plan_batches();
}

// The first failure counts; those of the units that it stops are its echo.
void AssetJob::take_failure(const Error& error) {
  const std::scoped_lock lock(mutex_);
  if (!failure_ && !stop_) failure_ = error;
  stop_units();
}

void AssetJob::stop_units() {
  stop_ = true;
  for (const auto& unit : running_) unit.control->stop = true;
}

void AssetJob::stop() {
  const std::scoped_lock lock(mutex_);
  stop_units();
}

void AssetJob::lose() {
  const std::scoped_lock lock(mutex_);
  is_lost_ = true;
  stop_units();
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
  auto holds = workshop_.store.read([&](storage::Transaction& transaction) -> Result<> {
    if (auto held = workshop_.queue.confirm(transaction, shown); !held) return held;
    if (kind_ == JobKind::lesson) return {};  // Erasing the asset cancels its job.
    const auto record = transaction.get(storage::keys::asset(id_));
    if (!record) return record.error();
    if (!*record) return Error{ErrorCode::conflict, "the asset was erased"};
    return {};
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
  if (done) workshop_.events.publish(assets::event_of(changed, forecast(changed)));
  return done;
}

}  // namespace weike::server
