#pragma once

#include "media/package/box_writer.hpp"
#include "media/task.hpp"
#include "model/error.hpp"

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace weike::media {

// Takes finished segments from several threads and hands them to the sink from one, in the promised
// order: every rendition of a segment before the next segment.
class SegmentCollector {
 public:
  SegmentCollector(const SegmentsTask& task, OutputSink& sink) : task_(task), sink_(sink) {}

  // From any thread.
  void add(std::uint32_t number, const std::string& rendition, Bytes bytes);
  // What was seen or heard in a segment; before it is added.
  void note(std::uint32_t number, const std::string& rendition, Observation observation);
  void fail(Error error);
  bool has_failed() const;

  // From the task's thread: hands over what is complete so far.
  Result<> hand_over();
  // Hands over until everything is out, giving signs of life meanwhile.
  Result<> hand_over_rest(std::int64_t total_frames);

 private:
  struct Finished {
    std::map<std::string, Bytes> segments;  // By rendition.
    std::map<std::string, Observation> observations;
  };
  bool is_next_complete() const;
  std::optional<Finished> take_next();
  Result<> put(const Finished& finished);

  const SegmentsTask& task_;
  OutputSink& sink_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::uint32_t, Finished> finished_;
  std::optional<Error> error_;
  std::uint32_t handed_over_ = 0;  // Segments of the task.
};

}  // namespace weike::media
