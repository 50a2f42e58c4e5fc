#include "media/transcode/segment_collector.hpp"

#include <chrono>

namespace weike::media {

void SegmentCollector::add(std::uint32_t number, const std::string& rendition, Bytes bytes) {
  const std::lock_guard lock(mutex_);
  finished_[number][rendition] = std::move(bytes);
  changed_.notify_all();
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

std::optional<SegmentCollector::Segments> SegmentCollector::take_next() {
  const auto found = finished_.find(task_.first_segment + handed_over_);
  if (found == finished_.end() || found->second.size() < task_.renditions.size())
    return std::nullopt;
  Segments segments = std::move(found->second);
  finished_.erase(found);
  return segments;
}

Result<> SegmentCollector::hand_over() {
  while (true) {
    std::optional<Segments> next;
    {
      const std::lock_guard lock(mutex_);
      if (error_) return *error_;
      next = take_next();
    }
    if (!next) return {};
    const std::string file = "/" + std::to_string(task_.first_segment + handed_over_) + ".m4s";
    for (const std::string& rendition : task_.renditions) {
      if (auto put = sink_.put(rendition + file, next->at(rendition)); !put) return put.error();
    }
    ++handed_over_;
  }
}

Result<> SegmentCollector::hand_over_rest(std::int64_t total_frames) {
  const std::uint32_t wanted = task_.last_segment - task_.first_segment + 1;
  while (true) {
    if (auto handed = hand_over(); !handed) return handed.error();
    if (handed_over_ == wanted) return {};
    sink_.progress(total_frames, total_frames);
    std::unique_lock lock(mutex_);
    const auto next = finished_.find(task_.first_segment + handed_over_);
    if (error_ || (next != finished_.end() && next->second.size() == task_.renditions.size()))
      continue;
    changed_.wait_for(lock, std::chrono::milliseconds(500));
  }
}

}  // namespace weike::media
