#include "server/jobs/asset_job.hpp"
#include "server/jobs/reel_winder.hpp"
#include "server/jobs/rendition_progress.hpp"
#include "storage/records/keys.hpp"
#include "storage/records/record.hpp"

#include <algorithm>

namespace weike::server {
namespace {

namespace keys = storage::keys;

// Of the whole work: the probe before the segments, images and the end behind them.
constexpr double kPercentBefore = 3;
constexpr double kPercentOfSegments = 95;

bool all_have(const FinishedSegments& finished, const std::vector<std::string>& renditions,
              std::uint32_t number) {
  return std::all_of(renditions.begin(), renditions.end(),
                     [&](const std::string& name) { return finished.has(name, number); });
}

Error cancelled() { return {ErrorCode::unavailable, "the work was stopped", "cancelled"}; }

}  // namespace

class AssetJob::SegmentSink final : public media::OutputSink {
 public:
  SegmentSink(AssetJob& job, const media::TaskControl& control) : job_(job), control_(control) {}
  Result<> put(const std::string& name, std::span<const std::byte> bytes) override {
    if (control_.stop) return cancelled();
    const auto segment = SegmentName::parse(name);
    if (!segment) return Error{ErrorCode::internal, "no segment's name: " + name};
    return job_.put_segment(*segment, bytes);
  }
  Result<> observe(const std::string& rendition, std::uint32_t number,
                   const media::Observation& observation) override {
    return job_.observe({rendition, number}, observation);
  }
  void progress(std::int64_t, std::int64_t) override {}

 private:
  AssetJob& job_;
  const media::TaskControl& control_;
};

class AssetJob::ImageSink final : public media::OutputSink {
 public:
  explicit ImageSink(AssetJob& job) : job_(job) {}
  Result<> put(const std::string& name, std::span<const std::byte> bytes) override {
    if (auto holds = job_.confirm(); !holds) return holds;
    auto stored = job_.workshop_.blobs.put(assets::blob_name(job_.id_, name), bytes);
    const bool is_other = !stored && stored.error().code == ErrorCode::conflict;
    return is_other ? job_.replace(name, bytes) : stored;
  }
  void progress(std::int64_t, std::int64_t) override {}

 private:
  AssetJob& job_;
};

Result<> AssetJob::make_batch(const Unit& unit) {
  const auto& batch = unit.batch;
  SegmentSink sink(*this, *unit.control);
  const media::SegmentsTask task{*plan_, batch.renditions, batch.first_segment, batch.last_segment,
                                 batch.ahead};
  const auto made = workshop_.worker.run(source_->descriptor(), task, sink, *unit.control);
  if (made && made->value("damaged_frames", std::int64_t{0}) > 0) note_damage();
  auto written = flush();  // Also what a batch finished before it failed.
  if (!made) return made.error();
  if (!written) return written;
  const std::scoped_lock lock(mutex_);
  for (auto number = batch.first_segment; number <= batch.last_segment; ++number) {
    if (!all_have(finished_, batch.renditions, number))
      return Error{ErrorCode::internal, "a batch came back without all its segments"};
  }
  return {};
}

// A copy would show the damage that decoding hides: the encoded rung takes its place.
void AssetJob::note_damage() {
  const std::scoped_lock lock(mutex_);
  if (is_damaged_) return;
  is_damaged_ = true;
  set_goal();
}

Result<> AssetJob::observe(const SegmentName& name, const media::Observation& observation) {
  if (kind_ != JobKind::lesson) return {};
  const auto shown = lease();
  auto noted =
      notes_.add(name.rendition, name.number, observation, [&](storage::Transaction& transaction) {
        return workshop_.queue.confirm(transaction, shown);
      });
  if (observation.picture && observation.picture->damaged_frames > 0) note_damage();
  return noted;
}

Result<> AssetJob::make_images(const media::TaskControl& control) {
  const auto reel = wind_reel(workshop_.blobs, id_, *plan_);
  if (!reel) return reel.error();
  ImageSink sink(*this);
  const media::TaskInput input(source_->descriptor(), reel->descriptor());
  const auto made = workshop_.worker.run(input, media::ImagesTask{*plan_}, sink, control);
  if (!made) return made.error();
  const std::scoped_lock lock(mutex_);
  placeholders_ = made->value("placeholders", std::vector<std::string>{});
  has_images_ = true;
  return {};
}

// The blob first, then the journal: a segment is finished once its blob is at its final name.
Result<> AssetJob::put_segment(const SegmentName& name, std::span<const std::byte> bytes) {
  if (auto holds = confirm(); !holds) return holds;
  {
    // A viewer could not wait for the batch, which has now made the same bytes once more.
    const std::scoped_lock lock(mutex_);
    if (finished_.has(name.rendition, name.number)) return {};
  }
  auto put = workshop_.blobs.put(assets::blob_name(id_, name.file()), bytes);
  if (!put) return put;
  workshop_.wishes.settle({id_, name.rendition, name.number});
  workshop_.observer().on_segment(bytes.size());

  auto entry = SegmentEntry::of(bytes);
  bool is_due = false;
  {
    const std::scoped_lock lock(mutex_);
    finished_.add(name.rendition, name.number, bytes.size());
    unwritten_.emplace_back(keys::segment(id_, name.rendition, name.number), std::move(entry));
    const auto first = first_renditions(*plan_);
    const int milestones =
        (all_have(finished_, first, 0) ? 1 : 0) + (finished_.are_complete(first) ? 1 : 0);
    const bool is_late =
        std::chrono::steady_clock::now() - last_flush_ >= workshop_.options.journal;
    is_due = is_late || milestones > milestones_told_;
    milestones_told_ = milestones;
  }
  return is_due ? flush() : Result<>{};
}

// An earlier attempt may have been another build's, which made other bytes of the same name.
Result<> AssetJob::replace(const std::string& name, std::span<const std::byte> bytes) {
  const auto blob = assets::blob_name(id_, name);
  if (auto erased = workshop_.blobs.erase(blob); !erased) return erased;
  return workshop_.blobs.put(blob, bytes);
}

bool AssetJob::is_playable() const {
  const std::scoped_lock lock(mutex_);
  return has_plan_ && all_have(finished_, first_renditions(*plan_), 0);
}

// Writes to the store what finished since the last time, and tells the listeners.
Result<> AssetJob::flush() {
  const std::scoped_lock one_at_a_time(flush_mutex_);
  std::vector<std::pair<std::string, SegmentEntry>> entries;
  {
    const std::scoped_lock lock(mutex_);
    if (is_lost_) return {};
    entries.swap(unwritten_);
    last_flush_ = std::chrono::steady_clock::now();
  }
  auto written = change([&](storage::Transaction& transaction, Asset& asset) -> Result<> {
    for (const auto& [key, entry] : entries) {
      if (auto put = storage::save(transaction, key, entry); !put) return put;
    }
    const std::scoped_lock lock(mutex_);
    describe_progress(asset);
    return {};
  });
  if (!written) {
    const std::scoped_lock lock(mutex_);
    unwritten_.insert(unwritten_.begin(), entries.begin(), entries.end());
  }
  return written;
}

// The rung of a late job among those of the finished lesson.
void AssetJob::describe_late(Asset& asset) const {
  for (const auto& rendition : progress_of(*plan_, due_, finished_, asset.renditions)) {
    const auto known = std::find_if(asset.renditions.begin(), asset.renditions.end(),
                                    [&](const auto& each) { return each.name == rendition.name; });
    if (known == asset.renditions.end()) {
      asset.renditions.push_back(rendition);
    } else {
      *known = rendition;
    }
  }
}

// The second part of the verdict, as soon as everything was seen and heard.
void AssetJob::describe_content(Asset& asset) const {
  if (!asset.verdict.is_object() || asset.verdict.value("content", nlohmann::json{}).is_object())
    return;
  if (const auto sheet = notes_.sheet()) asset.verdict["content"] = *sheet;
}

void AssetJob::describe_progress(Asset& asset) const {
  if (kind_ != JobKind::lesson) {
    describe_late(asset);
    return;
  }
  const auto first = first_renditions(*plan_);
  asset.state = AssetState::transcoding;
  const auto offered = offered_renditions(*plan_, is_damaged_);
  asset.renditions = progress_of(*plan_, offered, finished_, asset.renditions);
  asset.is_playable |= all_have(finished_, first, 0);
  asset.is_publishable |= finished_.are_complete(first);
  if (asset.is_publishable) describe_content(asset);
  const bool is_one_decode = is_short(*plan_, order_options(workshop_.options));
  const bool are_first_due = is_one_decode ? !asset.is_playable : !asset.is_publishable;
  asset.stage = finished_.are_complete(due_) ? "images"
                : are_first_due              ? "video_360p"
                                             : "renditions";
  const double percent = kPercentBefore + kPercentOfSegments * share_done(*plan_, due_, finished_);
  asset.percent = std::max(asset.percent, static_cast<std::uint32_t>(percent));
}

}  // namespace weike::server
