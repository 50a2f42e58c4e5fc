#include "api/assets/causes.hpp"
#include "server/jobs/asset_job.hpp"

#include <algorithm>
#include <cmath>

namespace weike::server {
namespace {

double seconds_of(const media::Plan& plan, const media::Segment& segment, bool is_sound) {
  constexpr double kSoundFrameSeconds = 1024.0 / 48'000;
  return is_sound ? static_cast<double>(segment.audio_frame_count) * kSoundFrameSeconds
                  : static_cast<double>(segment.frame_count) / plan.frame_rate.value();
}

// What the master playlist will declare, from the real sizes and times.
void measure(RenditionProgress& rendition, const media::Plan& plan,
             const FinishedSegments& finished) {
  const bool is_sound = plan.find_audio(rendition.name) != nullptr;
  const auto& sizes = finished.sizes(rendition.name);
  double peak = 0;
  double seconds = 0;
  for (const auto& segment : plan.segments) {
    const double length = seconds_of(plan, segment, is_sound);
    if (length <= 0 || segment.number >= sizes.size()) continue;
    peak = std::max(peak, static_cast<double>(sizes[segment.number]) * 8 / length);
    seconds += length;
  }
  rendition.peak_bps = std::llround(peak);
  const auto bits = static_cast<double>(finished.total_bytes(rendition.name)) * 8;
  rendition.average_bps = seconds > 0 ? std::llround(bits / seconds) : 0;
}

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

Result<> AssetJob::finish() {
  if (auto dropped = drop_copy(); !dropped) return dropped;
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
      if (rendition.is_complete()) measure(rendition, *plan_, finished_);
    }
    add_outputs(asset.verdict, asset.renditions);
    return workshop_.queue.complete(transaction, shown);
  });
  if (done) workshop_.log("asset_ready", id_, "");
  return done;
}

// The asset is ready and stays so, with one rung more.
Result<> AssetJob::finish_late() {
  const auto shown = lease();
  auto done = change([&](storage::Transaction& transaction, Asset& asset) -> Result<> {
    for (auto& rendition : asset.renditions) {
      const bool is_ours = std::find(due_.begin(), due_.end(), rendition.name) != due_.end();
      if (is_ours) measure(rendition, *plan_, finished_);
    }
    return workshop_.queue.complete(transaction, shown);
  });
  if (done) workshop_.log("rung_ready", id_, due_.empty() ? "" : due_.front());
  return done;
}

// A rung that cannot be made takes nothing from the lesson. One of an erased asset is done with.
Result<> AssetJob::give_up_late(const Error& error) {
  const auto shown = lease();
  const bool is_final = error.code != ErrorCode::internal && error.code != ErrorCode::unavailable;
  auto done = workshop_.store.transact([&](storage::Transaction& transaction) -> Result<> {
    if (is_final) return workshop_.queue.complete(transaction, shown);
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
  auto done = change([&](storage::Transaction& transaction, Asset& asset) -> Result<> {
    asset.attempts = shown.attempt;
    if (is_final) {
      event = "asset_rejected";
      asset.state = AssetState::rejected;
      asset.cause = cause;
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
  if (done) workshop_.log(event, id_, cause.code + ": " + cause.detail);
  return done;
}

}  // namespace weike::server
