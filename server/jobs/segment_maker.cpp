#include "server/jobs/segment_maker.hpp"

#include "storage/records/keys.hpp"
#include "storage/records/record.hpp"

#include <algorithm>

namespace weike::server {
namespace {

namespace keys = storage::keys;

Error never(std::string why) { return {ErrorCode::not_found, std::move(why)}; }

bool has_segment(const media::Plan& plan, const WantedSegment& wanted) {
  const bool has_rendition =
      plan.find_video(wanted.rendition) != nullptr || plan.find_audio(wanted.rendition) != nullptr;
  return has_rendition && wanted.number < plan.segments.size();
}

}  // namespace

class SegmentMaker::Sink final : public media::OutputSink {
 public:
  Sink(SegmentMaker& maker, const WantedSegment& wanted, const media::Plan& plan, AssetJob* job)
      : maker_(maker), wanted_(wanted), plan_(plan), job_(job) {}

  Result<> put(const std::string&, std::span<const std::byte> bytes) override {
    return maker_.put(wanted_, job_, bytes);
  }
  Result<> observe(const std::string& rendition, std::uint32_t number,
                   const media::Observation& observation) override {
    if (job_ != nullptr) return job_->observe({rendition, number}, observation);
    ObservationLog notes(maker_.workshop_.store, wanted_.asset);
    if (auto opened = notes.open(plan_); !opened) return opened;
    const auto exists = [this](storage::Transaction& transaction) -> Result<> {
      const auto asset = maker_.workshop_.assets.find(transaction, wanted_.asset);
      return asset ? Result<>{} : asset.error();
    };
    return notes.add(rendition, number, observation, exists);
  }
  void progress(std::int64_t, std::int64_t) override {}

 private:
  SegmentMaker& maker_;
  const WantedSegment& wanted_;
  const media::Plan& plan_;
  AssetJob* const job_;
};

bool SegmentMaker::is_made(const WantedSegment& wanted) const {
  const auto file = SegmentName{wanted.rendition, wanted.number}.file();
  const auto size = workshop_.blobs.stat(assets::blob_name(wanted.asset, file));
  return size && *size;
}

Result<Asset> SegmentMaker::find(AssetId id) const {
  Asset asset;
  const auto read = workshop_.store.read([&](storage::Transaction& transaction) -> Result<> {
    auto found = workshop_.assets.find(transaction, id);
    if (!found) return found.error();
    asset = std::move(*found);
    return {};
  });
  if (!read) return read.error();
  return asset;
}

Result<> SegmentMaker::make(const WantedSegment& wanted, AssetJob* job,
                            const media::TaskControl& control) {
  const auto hold = workshop_.assets.hold(wanted.asset);
  const auto asset = find(wanted.asset);
  if (!asset) return asset.error();
  const bool is_given_up =
      asset->state == AssetState::failed || asset->state == AssetState::rejected;
  if (!asset->has_plan || is_given_up) return never("the asset is not played");
  const auto plan = workshop_.assets.plan(wanted.asset);
  if (!plan) return plan.error();
  if (!has_segment(*plan, wanted)) return never("no such segment");
  const auto source = workshop_.blobs.open(asset->source_blob);
  if (!source) return source.error();

  Sink sink(*this, wanted, *plan, job);
  const media::SegmentsTask task{*plan, {wanted.rendition}, wanted.number, wanted.number};
  const auto made = workshop_.worker.run((*source)->descriptor(), task, sink, control);
  return made ? Result<>{} : Result<>(made.error());
}

Result<> SegmentMaker::put(const WantedSegment& wanted, AssetJob* job,
                           std::span<const std::byte> bytes) {
  if (auto exists = find(wanted.asset); !exists) return exists.error();
  const auto file = SegmentName{wanted.rendition, wanted.number}.file();
  const auto put = workshop_.blobs.put(assets::blob_name(wanted.asset, file), bytes);
  if (!put) return put;
  workshop_.wishes.settle(wanted);
  workshop_.observer().on_segment(bytes.size());
  auto entry = SegmentEntry::of(bytes);
  if (job == nullptr) return journal(wanted, entry);
  job->adopt(wanted.rendition, wanted.number, std::move(entry));
  return {};
}

// What a job would write with its next flush.
Result<> SegmentMaker::journal(const WantedSegment& wanted, const SegmentEntry& entry) {
  const auto key = keys::segment(wanted.asset, wanted.rendition, wanted.number);
  std::optional<Asset> changed;
  const auto body = [&](storage::Transaction& transaction) -> Result<> {
    changed.reset();
    const auto known = transaction.get(key);
    if (!known) return known.error();
    if (*known) return {};
    auto asset = workshop_.assets.find(transaction, wanted.asset);
    if (!asset) return asset.error();
    if (auto saved = storage::save(transaction, key, entry); !saved) return saved;
    const auto rendition =
        std::find_if(asset->renditions.begin(), asset->renditions.end(),
                     [&](const auto& each) { return each.name == wanted.rendition; });
    if (rendition == asset->renditions.end()) return {};
    rendition->done = std::min(rendition->done + 1, rendition->total);
    rendition->size_bytes += entry.size_bytes;
    asset->updated_at = workshop_.clock.now();
    changed = std::move(*asset);
    return workshop_.assets.save(transaction, *changed);
  };
  const auto done = workshop_.store.transact(body);
  if (done && changed) workshop_.events.publish(assets::event_of(*changed));
  return done;
}

}  // namespace weike::server
