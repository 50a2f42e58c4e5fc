#include "media/task.hpp"

#include "media/images/images.hpp"
#include "media/probe/probe.hpp"
#include "media/transcode/transcode.hpp"

#include <malloc.h>

#include <exception>
#include <stdexcept>

namespace weike::media {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Limits, min_duration_ms, max_duration_ms, max_pixels,
                                   max_streams)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ProbeTask, source_sha256, limits)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(SegmentsTask, plan, renditions, first_segment, last_segment)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ImagesTask, plan)

namespace {

constexpr const char* kKind = "kind";

// Encoders come and go with each segment. Left alone, glibc stops giving their large blocks back to
// the system, which costs a hundred megabytes at 1080p.
void give_large_blocks_back() { mallopt(M_MMAP_THRESHOLD, 1 << 20); }

const char* kind_of(const ProbeTask&) { return "probe"; }
const char* kind_of(const SegmentsTask&) { return "segments"; }
const char* kind_of(const ImagesTask&) { return "images"; }

Result<nlohmann::json> run(int input, const ProbeTask& task, OutputSink& sink) {
  return probe(input, task, sink);
}
Result<nlohmann::json> run(int input, const SegmentsTask& task, OutputSink& sink) {
  return make_segments(input, task, sink);
}
Result<nlohmann::json> run(int input, const ImagesTask& task, OutputSink& sink) {
  return make_images(input, task, sink);
}

// Fails the next output once the owner has set the flag.
class StoppableSink final : public OutputSink {
 public:
  StoppableSink(OutputSink& sink, const StopFlag& stop) : sink_(sink), stop_(stop) {}

  Result<> put(const std::string& name, std::span<const std::byte> bytes) override {
    if (stop_.load()) return Error{ErrorCode::unavailable, "the task was stopped", "cancelled"};
    return sink_.put(name, bytes);
  }
  void progress(std::int64_t done, std::int64_t total) override { sink_.progress(done, total); }

 private:
  OutputSink& sink_;
  const StopFlag& stop_;
};

}  // namespace

void to_json(nlohmann::json& json, const Task& task) {
  std::visit(
      [&](const auto& each) {
        json = each;
        json[kKind] = kind_of(each);
      },
      task);
}

void from_json(const nlohmann::json& json, Task& task) {
  const auto kind = json.at(kKind).get<std::string>();
  if (kind == "probe")
    task = json.get<ProbeTask>();
  else if (kind == "segments")
    task = json.get<SegmentsTask>();
  else if (kind == "images")
    task = json.get<ImagesTask>();
  else
    throw std::invalid_argument("unknown kind of task: " + kind);
}

Result<nlohmann::json> run_task(int input, const Task& task, OutputSink& sink) {
  give_large_blocks_back();
  try {
    return std::visit([&](const auto& each) { return run(input, each, sink); }, task);
  } catch (const std::bad_alloc&) {
    return Error{ErrorCode::internal, "out of memory", "child_memory"};
  } catch (const std::exception& failure) {
    return Error{ErrorCode::internal, failure.what(), "media_library"};
  }
}

Result<nlohmann::json> InProcessWorker::run(int input, const Task& task, OutputSink& sink,
                                            const StopFlag& stop) {
  StoppableSink stoppable(sink, stop);
  auto result = run_task(input, task, stoppable);
  if (stop.load()) return Error{ErrorCode::unavailable, "the task was stopped", "cancelled"};
  return result;
}

}  // namespace weike::media
