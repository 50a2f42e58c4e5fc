#include "api/http/digest.hpp"
#include "server/jobs/asset_job.hpp"
#include "storage/records/keys.hpp"
#include "storage/records/record.hpp"

#include <algorithm>

namespace weike::server {
namespace {

namespace keys = storage::keys;

// Of the whole work: the probe before the segments, images and the end behind them.
constexpr double kPercentBefore = 3;
constexpr double kPercentOfSegments = 95;

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool all_have(const FinishedSegments& finished, const std::vector<std::string>& renditions,
              std::uint32_t number) {
  return std::all_of(renditions.begin(), renditions.end(),
                     [&](const std::string& name) { return finished.has(name, number); });
}

bool all_complete(const FinishedSegments& finished, const std::vector<std::string>& renditions) {
  return std::all_of(renditions.begin(), renditions.end(),
                     [&](const std::string& name) { return finished.is_complete(name); });
}

}  // namespace

class AssetJob::SegmentSink final : public media::OutputSink {
 public:
  explicit SegmentSink(AssetJob& job) : job_(job) {}
  Result<> put(const std::string& name, std::span<const std::byte> bytes) override {
    return job_.put_segment(name, bytes);
  }
  void progress(std::int64_t, std::int64_t) override {}

 private:
  AssetJob& job_;
};

class AssetJob::ImageSink final : public media::OutputSink {
 public:
  explicit ImageSink(AssetJob& job) : job_(job) {}
  Result<> put(const std::string& name, std::span<const std::byte> bytes) override {
    if (auto holds = job_.confirm(); !holds) return holds;
    return job_.workshop_.blobs.put(assets::blob_name(job_.id_, name), bytes);
  }
  void progress(std::int64_t, std::int64_t) override {}

 private:
  AssetJob& job_;
};

Result<> AssetJob::make_batch(const Batch& batch) {
  SegmentSink sink(*this);
  const media::SegmentsTask task{*plan_, batch.renditions, batch.first_segment, batch.last_segment};
  const auto made = workshop_.worker.run(source_->descriptor(), task, sink, control_);
  const auto written = flush();  // Also what a batch finished before it failed.
  return made ? written : Result<>(made.error());
}

Result<> AssetJob::make_images() {
  ImageSink sink(*this);
  const auto made =
      workshop_.worker.run(source_->descriptor(), media::ImagesTask{*plan_}, sink, control_);
  if (!made) return made.error();
  const std::scoped_lock lock(mutex_);
  placeholder_ = made->value("placeholder", "");
  has_images_ = true;
  return {};
}

// The blob first, then the journal: a segment is finished once its blob is at its final name.
Result<> AssetJob::put_segment(const std::string& name, std::span<const std::byte> bytes) {
  if (control_.stop) return Error{ErrorCode::unavailable, "the work was stopped", "cancelled"};
  if (auto holds = confirm(); !holds) return holds;
  const auto slash = name.find('/');
  const auto rendition = name.substr(0, slash);
  const auto number =
      static_cast<std::uint32_t>(std::strtoul(name.c_str() + slash + 1, nullptr, 10));
  if (auto put = workshop_.blobs.put(assets::blob_name(id_, name), bytes); !put) return put;

  SegmentEntry entry{bytes.size(), http::to_hex(http::sha256(text_of(bytes)))};
  bool is_due = false;
  {
    const std::scoped_lock lock(mutex_);
    finished_.add(rendition, number, bytes.size());
    unwritten_.emplace_back(keys::segment(id_, rendition, number), std::move(entry));
    const auto first = first_renditions(*plan_);
    const int milestones =
        (all_have(finished_, first, 0) ? 1 : 0) + (all_complete(finished_, first) ? 1 : 0);
    const bool is_late =
        std::chrono::steady_clock::now() - last_flush_ >= workshop_.options.journal;
    is_due = is_late || milestones > milestones_told_;
    milestones_told_ = milestones;
  }
  return is_due ? flush() : Result<>{};
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

void AssetJob::describe_progress(Asset& asset) const {
  const auto first = first_renditions(*plan_);
  const auto& options = workshop_.options;
  asset.state = AssetState::transcoding;
  for (auto& rendition : asset.renditions) {
    rendition.done = finished_.count(rendition.name);
    rendition.size_bytes = finished_.total_bytes(rendition.name);
  }
  asset.is_playable |= all_have(finished_, first, 0);
  asset.is_publishable |= all_complete(finished_, first);
  const bool is_one_decode = is_short(*plan_, {options.batch_segments, options.short_lesson});
  const bool are_first_due = is_one_decode ? !asset.is_playable : !asset.is_publishable;
  asset.stage = finished_.is_complete() ? "images" : are_first_due ? "video_360p" : "renditions";
  const double percent = kPercentBefore + kPercentOfSegments * share_done(*plan_, finished_);
  asset.percent = std::max(asset.percent, static_cast<std::uint32_t>(percent));
}

}  // namespace weike::server
