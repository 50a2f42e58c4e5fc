#include "media/transcode/segment_collector.hpp"

#include <chrono>

namespace weike::media {

void SegmentCollector::add(std::uint32_t number, const std::string& rendition, Bytes bytes) {
  const std::lock_guard lock(mutex_);
  finished_[number].segments[rendition] = std::move(bytes);
  changed_.notify_all();
}

void SegmentCollector::note(std::uint32_t number, const std::string& rendition,
                            Observation observation) {
  const std::lock_guard lock(mutex_);
  finished_[number].observations[rendition] = std::move(observation);
}

void SegmentCollector::fail(Error error) {
  const std::lock_guard lock(mutex_);
  if (!error_) error_ = std::move(error);
  changed_.notify_all();
}

bool SegmentCollector::has_failed() const {
  const std::lock_guard lock(mutex_);
  return error_.has_value();
}

bool SegmentCollector::is_next_complete() const {
  const auto found = finished_.find(task_.first_segment + handed_over_);
  return found != finished_.end() && found->second.segments.size() == task_.renditions.size();
}

std::optional<SegmentCollector::Finished> SegmentCollector::take_next() {
  if (!is_next_complete()) return std::nullopt;
  return std::move(finished_.extract(task_.first_segment + handed_over_).mapped());
}

Result<> SegmentCollector::hand_over() {
  while (true) {
    std::optional<Finished> next;
    {
      const std::lock_guard lock(mutex_);
      if (error_) return *error_;
      next = take_next();
    }
    if (!next) return {};
    if (auto put_out = put(*next); !put_out) return put_out.error();
    ++handed_over_;
  }
}

Result<> SegmentCollector::put(const Finished& finished) {
  const std::uint32_t number = task_.first_segment + handed_over_;
  for (const std::string& rendition : task_.renditions) {
    if (const auto seen = finished.observations.find(rendition);
        seen != finished.observations.end()) {
      auto observed = sink_.observe(rendition, number, seen->second);
      if (!observed) return observed.error();
    }
    auto stored = sink_.put(rendition + "/" + std::to_string(number) + ".m4s",
                            finished.segments.at(rendition));
    if (!stored) return stored.error();
  }
  return {};
}

Result<> SegmentCollector::hand_over_rest(std::int64_t total_frames) {
  const std::uint32_t wanted = task_.last_segment - task_.first_segment + 1;
  while (true) {
    if (auto handed = hand_over(); !handed) return handed.error();
    if (handed_over_ == wanted) return {};
    sink_.progress(total_frames, total_frames);
    std::unique_lock lock(mutex_);
    if (error_ || is_next_complete()) continue;
    changed_.wait_for(lock, std::chrono::milliseconds(500));
  }
}

}  // namespace weike::media
