#include "server/jobs/asset_job.hpp"
#include "server/jobs/rendition_progress.hpp"
#include "server/jobs/reuse.hpp"
#include "server/jobs/source_hash.hpp"
#include "storage/records/keys.hpp"
#include "storage/records/record.hpp"

#include <algorithm>

namespace weike::server {
namespace {

namespace keys = storage::keys;

constexpr std::uint32_t kPercentOfProbe = 3;
constexpr std::size_t kScanBatch = 1000;
constexpr std::size_t kMaxFiles = 200'000;
constexpr std::uint64_t kMaxSegmentBytes = std::uint64_t{64} << 20;

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

}  // namespace

// Takes the init segments. While no plan stands, one that lies there already comes from a probe
// that broke off, and nobody has seen it. Those of a plan that stands are the lesson's for good.
class AssetJob::ProbeSink final : public media::OutputSink {
 public:
  explicit ProbeSink(AssetJob& job) : job_(job) {}

  Result<> put(const std::string& name, std::span<const std::byte> bytes) override {
    if (auto holds = job_.confirm(); !holds) return holds;
    const auto stands = job_.has_standing_plan();
    if (!stands) return stands.error();
    if (!*stands) return job_.replace(name, bytes);
    auto stored = job_.workshop_.blobs.put(assets::blob_name(job_.id_, name), bytes);
    if (!stored && stored.error().code == ErrorCode::conflict) return {};
    return stored;
  }
  void progress(std::int64_t, std::int64_t) override {}

 private:
  AssetJob& job_;
};

Result<> AssetJob::begin(const media::TaskControl& control) {
  auto asset = open_asset();
  if (!asset) return asset.error();
  auto source = workshop_.blobs.open(asset->source_blob);
  if (!source) return Error{ErrorCode::internal, "the source: " + source.error().message};
  source_ = std::move(*source);
  if (asset->source_sha256.empty()) {
    if (auto named = name_source(*asset, control); !named) return named;
  }

  auto plan = asset->has_plan ? workshop_.assets.plan(id_) : probe(*asset, control);
  if (!plan) return plan.error();
  if (kind_ == JobKind::lesson) {
    if (auto reused = reuse(*asset, *plan); !reused) return reused;
    if (auto noted = notes_.open(*plan); !noted) return noted;
  }
  auto finished = find_finished(*plan);
  if (!finished) return finished.error();
  {
    const std::scoped_lock lock(mutex_);
    plan_ = std::move(*plan);
    finished_ = std::move(*finished);
    is_damaged_ = notes_.damaged_frames() > 0;
    set_goal();
    has_plan_ = true;
  }
  begin_forecast(*asset, !asset->has_plan);
  return flush();
}

Result<Asset> AssetJob::open_asset() {
  Asset asset;
  std::optional<Milliseconds> waited;
  const auto opened = change([&](storage::Transaction&, Asset& stored) -> Result<> {
    asset = stored;
    if (kind_ != JobKind::lesson) return {};
    waited.reset();
    if (stored.state == AssetState::queued) waited = workshop_.clock.now() - stored.updated_at;
    stored.state = stored.has_plan ? AssetState::transcoding : AssetState::probing;
    if (!stored.has_plan) stored.stage = "probe";
    asset = stored;
    return {};
  });
  if (!opened) return opened.error();
  if (waited) workshop_.observer().on_begin(*waited);
  return asset;
}

// An upload only takes bytes. Which they are is known before anything is made of them; from here on
// other assets of the same bytes are found, and the manifest of a lesson can name them.
Result<> AssetJob::name_source(Asset& asset, const media::TaskControl& control) {
  const auto sha256 = hash_source(*source_, control);
  if (!sha256) return sha256.error();
  return change([&](storage::Transaction& transaction, Asset& stored) -> Result<> {
    auto named = workshop_.assets.name_source(transaction, stored, *sha256);
    asset = stored;
    return named;
  });
}

Result<media::Plan> AssetJob::probe(const Asset& asset, const media::TaskControl& control) {
  ProbeSink sink(*this);
  media::ProbeTask task{asset.source_sha256, workshop_.options.limits, workshop_.options.plan};
  if (asset.trim) task.trim = {asset.trim->in_ms, asset.trim->out_ms};
  const auto made = workshop_.worker.run(source_->descriptor(), task, sink, control);
  if (!made) return made.error();
  try {
    if (const auto rejected = made->find("rejected"); rejected != made->end()) {
      return Error{ErrorCode::unsupported_type, rejected->value("detail", ""),
                   rejected->at("code").get<std::string>()};
    }
    auto plan = keep_plan(made->at("plan"));
    if (!plan) return plan.error();
    const auto known = change([&](storage::Transaction&, Asset& stored) -> Result<> {
      stored.state = AssetState::transcoding;
      stored.percent = std::max(stored.percent, kPercentOfProbe);
      stored.has_plan = true;
      stored.verdict = made->at("verdict");
      stored.verdict["content"] = nullptr;
      stored.duration_ms = plan->duration_ms();
      stored.width = static_cast<std::uint32_t>(plan->video.front().width);
      stored.height = static_cast<std::uint32_t>(plan->video.front().height);
      stored.has_audio = !plan->audio.empty();
      stored.renditions = progress_of(*plan, offered_renditions(*plan, false), {});
      return {};
    });
    if (!known) return known.error();
    return plan;
  } catch (const nlohmann::json::exception& error) {
    return Error{ErrorCode::internal, std::string("the probe's report: ") + error.what()};
  }
}

// The blob stands a moment before the asset's record tells of it; a kill may come between.
Result<bool> AssetJob::has_standing_plan() {
  const auto size = workshop_.blobs.stat(assets::blob_name(id_, "plan.json"));
  if (!size) return size.error();
  return size->has_value();
}

// Written once: a plan that stands already is the plan, also if this build would make another.
Result<media::Plan> AssetJob::keep_plan(const nlohmann::json& made) {
  const auto stands = has_standing_plan();
  if (!stands) return stands.error();
  if (!*stands) {
    const auto text = made.dump();
    const auto stored = workshop_.blobs.put(assets::blob_name(id_, "plan.json"), bytes_of(text));
    if (!stored) return stored.error();
  }
  return workshop_.assets.plan(id_);
}

// What another asset with the same source and plan has is not made again.
Result<> AssetJob::reuse(const Asset& asset, const media::Plan& plan) {
  const auto shown = lease();
  const auto guard = [&](storage::Transaction& transaction) {
    return workshop_.queue.confirm(transaction, shown);
  };
  auto taken = Reuse(workshop_).take_over(asset, plan, guard);
  if (!taken) return taken.error();
  if (taken->segments == 0) return {};
  workshop_.observer().on_reused(taken->segments);
  workshop_.log("segments_reused", id_, std::to_string(taken->segments));
  if (!taken->placeholders) return {};
  const std::scoped_lock lock(mutex_);
  placeholders_ = std::move(*taken->placeholders);
  has_images_ = images_taken_ = true;
  return {};
}

Result<std::map<std::string, SegmentEntry>> AssetJob::read_journal() {
  std::map<std::string, SegmentEntry> journal;
  auto range = keys::segments_of(id_);
  std::size_t found = kScanBatch;
  while (found == kScanBatch) {
    const auto body = [&](storage::Transaction& transaction) -> Result<> {
      const auto entries = transaction.scan(range, kScanBatch);
      if (!entries) return entries.error();
      found = entries->size();
      for (const auto& [key, value] : *entries) {
        auto entry = storage::load<SegmentEntry>(transaction, key);
        if (!entry) return entry.error();
        if (*entry) journal[key] = std::move(**entry);
      }
      if (!entries->empty()) range.begin = entries->back().key + '\0';
      return {};
    };
    if (auto done = workshop_.store.read(body); !done) return done.error();
  }
  return journal;
}

// A blob is whole as soon as it is at its name, so what lies there is finished, journalled or not:
// the journal is written a little later than the blobs.
Result<FinishedSegments> AssetJob::find_finished(const media::Plan& plan) {
  const auto journal = read_journal();
  if (!journal) return journal.error();
  const auto prefix = assets::blob_name(id_, "");
  const auto files = workshop_.blobs.list(prefix, kMaxFiles);
  if (!files) return files.error();

  FinishedSegments finished(plan);
  for (const auto& file : *files) {
    const auto name = SegmentName::parse(std::string_view(file).substr(prefix.size()));
    if (!name) continue;
    auto key = keys::segment(id_, name->rendition, name->number);
    if (const auto entry = journal->find(key); entry != journal->end()) {
      finished.add(name->rendition, name->number, entry->second.size_bytes);
      continue;
    }
    const auto bytes = workshop_.blobs.read(file, kMaxSegmentBytes);
    if (!bytes) return bytes.error();
    finished.add(name->rendition, name->number, bytes->size());
    const std::scoped_lock lock(mutex_);
    unwritten_.emplace_back(std::move(key), SegmentEntry::of(bytes_of(*bytes)));
  }
  return finished;
}

}  // namespace weike::server
