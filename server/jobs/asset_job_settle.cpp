#include "api/assets/causes.hpp"
#include "server/jobs/asset_job.hpp"
#include "server/jobs/rendition_rates.hpp"

#include <algorithm>

namespace weike::server {
namespace {

// The second part of the verdict sheet: what came out.
void add_outputs(nlohmann::json& verdict, const std::vector<RenditionProgress>& renditions) {
  if (!verdict.is_object()) verdict = nlohmann::json::object();
  auto& outputs = verdict["outputs"] = nlohmann::json::array();
  for (const auto& rendition : renditions) {
    outputs.push_back({{"name", rendition.name},
                       {"size_bytes", rendition.size_bytes},
                       {"average_bps", rendition.average_bps},
                       {"peak_bps", rendition.peak_bps}});
  }
}

AssetCause cause_for(const Error& error) {
  std::string_view code = "internal";
  if (error.code == ErrorCode::out_of_space) code = "out_of_space";
  if (assets::cause_of(error.reason).code == error.reason) code = error.reason;
  return {std::string(code), error.message};
}

}  // namespace

void AssetJob::settle() {
  std::optional<Error> failure;
  {
    const std::scoped_lock lock(mutex_);
    if (is_lost_) {
      workshop_.log("lease_lost", id_, "somebody else has the job, or the asset was deleted");
      return;
    }
    failure = failure_;
    // The server stops with work left; the lease is voided at its next start.
    if (!failure && stop_ && !is_all_made()) return;
  }
  const bool is_lesson = kind_ == JobKind::lesson;
  if (!failure) {
    const auto finished = is_lesson ? finish() : finish_late();
    if (finished || is_lost()) return;
    failure = finished.error();
  }
  const auto told = is_lesson ? give_up(*failure) : give_up_late(*failure);
  if (!told && !is_lost()) workshop_.log("asset_unsettled", id_, told.error().message);
}

// The pictures of a copy that does not stand, made before the damage was seen.
Result<> AssetJob::drop_copy() {
  if (!is_damaged_ || !plan_->copied) return {};
  return workshop_.blobs.erase_all(assets::blob_name(id_, plan_->copied->name + "/"));
}

// Reads the blobs, so without the mutex; a viewer's wish may add a segment of another rung
// meanwhile.
std::vector<media::MeasuredRate> AssetJob::measure() const {
  FinishedSegments finished;
  {
    const std::scoped_lock lock(mutex_);
    finished = finished_;
  }
  return measure_renditions(workshop_.blobs, id_, *plan_, finished);
}

Result<> AssetJob::finish() {
  if (auto dropped = drop_copy(); !dropped) return dropped;
  const auto rates = measure();
  const auto shown = lease();
  auto done = change([&](storage::Transaction& transaction, Asset& asset) -> Result<> {
    {
      const std::scoped_lock lock(mutex_);
      describe_progress(asset);
    }
    asset.state = AssetState::ready;
    asset.stage = "done";
    asset.percent = 100;
    asset.cause.reset();
    asset.placeholders = placeholders_;
    for (auto& rendition : asset.renditions) {
      if (rendition.is_complete()) take_rate(rendition, rates);
    }
    add_outputs(asset.verdict, asset.renditions);
    return workshop_.queue.complete(transaction, shown);
  });
  if (!done) return done;
  workshop_.log("asset_ready", id_, "");
  if (workshop_.options.forecast != nullptr) workshop_.options.forecast->finish(id_);
  return done;
}

// The asset is ready and stays so, with one rung more.
Result<> AssetJob::finish_late() {
  const auto rates = measure();
  const auto shown = lease();
  auto done = change([&](storage::Transaction& transaction, Asset& asset) -> Result<> {
    for (auto& rendition : asset.renditions) {
      const bool is_ours = std::find(due_.begin(), due_.end(), rendition.name) != due_.end();
      if (is_ours) take_rate(rendition, rates);
    }
    return workshop_.queue.complete(transaction, shown);
  });
  if (done) workshop_.log("rung_ready", id_, due_.empty() ? "" : due_.front());
  return done;
}

// A rung that cannot be made takes nothing from the lesson. It is tried as often as a lesson, and
// then its failed job stands against the wishes of later viewers. One of an erased asset is done
// with; one that the disk had no room for waits for the next viewer.
Result<> AssetJob::give_up_late(const Error& error) {
  const auto shown = lease();
  const bool is_done_with =
      error.code == ErrorCode::not_found || error.code == ErrorCode::out_of_space;
  auto done = workshop_.store.transact([&](storage::Transaction& transaction) -> Result<> {
    if (is_done_with) return workshop_.queue.complete(transaction, shown);
    const auto was_last = workshop_.queue.fail(transaction, shown, error.message);
    return was_last ? Result<>{} : was_last.error();
  });
  if (done) workshop_.log("rung_failed", id_, error.message);
  return done;
}

Result<> AssetJob::give_up(const Error& error) {
  const auto shown = lease();
  const auto cause = cause_for(error);
  const bool is_final = assets::cause_of(cause.code).is_final;
  std::string_view event;
  std::uint32_t epoch = 0;
  auto done = change([&](storage::Transaction& transaction, Asset& asset) -> Result<> {
    asset.attempts = shown.attempt;
    if (is_final) {
      event = "asset_rejected";
      asset.state = AssetState::rejected;
      asset.cause = cause;
      // Its links stop with the same commit.
      asset.is_playable = asset.is_publishable = false;
      epoch = ++asset.epoch;
      return workshop_.queue.complete(transaction, shown);
    }
    const auto was_last = workshop_.queue.fail(transaction, shown, cause.code);
    if (!was_last) return was_last.error();
    event = *was_last ? "asset_failed" : "asset_retries";
    asset.state = *was_last ? AssetState::failed : AssetState::queued;
    if (*was_last) asset.cause = cause;
    if (!*was_last) asset.stage = "queued";
    return {};
  });
  if (done && is_final && workshop_.options.stop_links) workshop_.options.stop_links(id_, epoch);
  if (done) workshop_.log(event, id_, cause.code + ": " + cause.detail);
  return done;
}

}  // namespace weike::server
