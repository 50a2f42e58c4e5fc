#pragma once

#include "media/observation.hpp"
#include "media/plan/plan.hpp"
#include "model/error.hpp"

#include <nlohmann/json.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

// The units of media work. A task runs inside a sandboxed child (media/sandbox) or, in tests, in
// the caller's process; either way through `Worker`.
namespace weike::media {

struct Limits {
  std::int64_t min_duration_ms = 1'000;
  std::int64_t max_duration_ms = 30LL * 60 * 1'000 * 105 / 100;
  std::int64_t max_pixels = 4096LL * 4096;
  int max_streams = 32;
};

// What an operator may switch off.
struct PlanOptions {
  bool may_copy = true;         // Conforming sources become the top rung as they are.
  bool may_skip_stills = true;  // Slides are coded once, not thirty times a second.
  bool has_av1 = true;          // A background rung.
};

// Look at the head of a source of which only the first bytes are there. Outputs: none. Result:
// {"sheet": {...}}, the part of the verdict that the index tells; {"rejected": …} as a ProbeTask
// gives it; or {} when the index is not among these bytes.
struct GlanceTask {
  Limits limits;
};

// Probe the source and make the plan. Outputs: the init segment of every rendition
// ("v360/init.mp4", "a128/init.mp4"). Result: {"verdict": {...}, "plan": {...}}; or
// {"rejected": {"code": "...", "detail": "..."}} when the input is at fault.
struct ProbeTask {
  std::string source_sha256;
  Limits limits;
  PlanOptions options = {};
  Trim trim = {};
};

// Make segments [first_segment, last_segment] of the named renditions from one decode. Outputs:
// "v360/0.m4s", "a128/0.m4s" ..., each segment of all renditions before the next one.
// Result: {"damaged_frames": n, "frames": n}.
struct SegmentsTask {
  Plan plan;
  std::vector<std::string> renditions;
  std::uint32_t first_segment = 0;
  std::uint32_t last_segment = 0;
  // Some of `renditions` for which somebody waits: they are made and put before any work goes into
  // the others. Of a single segment only.
  std::vector<std::string> ahead = {};
};

// Three candidates for the cover and the storyboard, from the source and the reel of what is made
// already (media/images/reel.hpp). Outputs: the names of `image_files(plan)`
// (media/images/image_files.hpp), all upright. Result: {"placeholders":
// ["data:image/jpeg;base64,…", …]}, one of at most 600 bytes for each candidate.
struct ImagesTask {
  Plan plan;
};

using Task = std::variant<ProbeTask, SegmentsTask, ImagesTask, GlanceTask>;

// The descriptors a task reads, by offset; they stay the caller's. A source alone passes as it is.
struct TaskInput {
  TaskInput(int source_descriptor, int reel_descriptor = -1)
      : source(source_descriptor), reel(reel_descriptor) {}
  bool has_reel() const { return reel >= 0; }

  int source;
  int reel;  // Of an ImagesTask only; -1: none.
};

void to_json(nlohmann::json& json, const Task& task);
void from_json(const nlohmann::json& json, Task& task);

// Where finished files go, one whole file a call, in the order they are finished.
class OutputSink {
 public:
  virtual ~OutputSink() = default;
  // `name` as in the task's description. A failure ends the task with that error.
  virtual Result<> put(const std::string& name, std::span<const std::byte> bytes) = 0;
  // What is seen and heard in a segment, before it is put. A failure ends the task too. Who does
  // not care keeps nothing.
  virtual Result<> observe(const std::string& /*rendition*/, std::uint32_t /*number*/,
                           const Observation& /*observation*/) {
    return {};
  }
  // A sign of life, at least every few seconds of work: `done` of `total` frames.
  virtual void progress(std::int64_t done, std::int64_t total) = 0;
};

// Does the task in this process. Called in the child.
// Opens no file and no socket. Fails with `unsupported_type`, `corrupt` or `too_large` (the input
// is at fault; `reason` is the cause code) or `internal`.
Result<nlohmann::json> run_task(const TaskInput& input, const Task& task, OutputSink& sink);

// How the owner of a running task steers it, from any thread.
struct TaskControl {
  // Set: the task ends soon and fails with `unavailable`, reason "cancelled".
  std::atomic<bool> stop = false;
  // While set, the task's process stands still and keeps what it has; its time limits stand too.
  std::atomic<bool> is_paused = false;
};

// Runs tasks somewhere. Threads may share it; calls block.
class Worker {
 public:
  virtual ~Worker() = default;
  // As `run_task`; besides: reason "child_crashed", "child_timeout", "child_memory" with code
  // `internal` when the child died, was killed for silence or for its limits.
  virtual Result<nlohmann::json> run(const TaskInput& input, const Task& task, OutputSink& sink,
                                     const TaskControl& control) = 0;
};

// For tests of what is above the media room.
class InProcessWorker final : public Worker {
 public:
  Result<nlohmann::json> run(const TaskInput& input, const Task& task, OutputSink& sink,
                             const TaskControl& control) override;
};

}  // namespace weike::media
