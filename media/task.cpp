#include "media/task.hpp"

#include "media/images/images.hpp"
#include "media/probe/glance.hpp"
#include "media/probe/probe.hpp"
#include "media/transcode/transcode.hpp"

#include <malloc.h>

#include <exception>
#include <stdexcept>

namespace weike::media {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Limits, min_duration_ms, max_duration_ms, max_pixels,
                                   max_streams)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(PlanOptions, may_copy, may_skip_stills, has_av1)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(GlanceTask, limits)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(SegmentsTask, plan, renditions, first_segment, last_segment,
                                   ahead)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ImagesTask, plan)

static void to_json(nlohmann::json& json, const ProbeTask& task) {
  json["source_sha256"] = task.source_sha256;
  json["limits"] = task.limits;
  json["options"] = task.options;
  json["trim_in_ms"] = task.trim.in_ms;
  json["trim_out_ms"] = task.trim.out_ms;
}

static void from_json(const nlohmann::json& json, ProbeTask& task) {
  json.at("source_sha256").get_to(task.source_sha256);
  json.at("limits").get_to(task.limits);
  json.at("options").get_to(task.options);
  json.at("trim_in_ms").get_to(task.trim.in_ms);
  json.at("trim_out_ms").get_to(task.trim.out_ms);
}

namespace {

constexpr const char* kKind = "kind";

// How glibc treats the memory of a task. Left alone it stops giving large blocks back to the
// system, which costs a hundred megabytes at 1080p. Smaller ones stay: they are taken again at
// once, and clearing them anew takes up to half of what a child needs of the kernel. Encoders come
// and go with each segment: where another one follows, blocks of up to 2 MiB are among those that
// stay.
void set_up_memory(const Task& task) {
  const auto* segments = std::get_if<SegmentsTask>(&task);
  const bool has_several = segments != nullptr && segments->first_segment < segments->last_segment;
  mallopt(M_MMAP_THRESHOLD, has_several ? 2 << 20 : 1 << 20);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
}

const char* kind_of(const ProbeTask&) { return "probe"; }
const char* kind_of(const SegmentsTask&) { return "segments"; }
const char* kind_of(const ImagesTask&) { return "images"; }
const char* kind_of(const GlanceTask&) { return "glance"; }

Result<nlohmann::json> run(const TaskInput& input, const ProbeTask& task, OutputSink& sink) {
  return probe(input.source, task, sink);
}
Result<nlohmann::json> run(const TaskInput& input, const SegmentsTask& task, OutputSink& sink) {
  return make_segments(input.source, task, sink);
}
Result<nlohmann::json> run(const TaskInput& input, const ImagesTask& task, OutputSink& sink) {
  return make_images(input, task, sink);
}
Result<nlohmann::json> run(const TaskInput& input, const GlanceTask& task, OutputSink& sink) {
  return glance(input.source, task, sink);
}

// Fails the next output once the owner has set the flag.
class StoppableSink final : public OutputSink {
 public:
  StoppableSink(OutputSink& sink, const TaskControl& control) : sink_(sink), control_(control) {}

  Result<> put(const std::string& name, std::span<const std::byte> bytes) override {
    if (control_.stop) return Error{ErrorCode::unavailable, "the task was stopped", "cancelled"};
    return sink_.put(name, bytes);
  }
  Result<> observe(const std::string& rendition, std::uint32_t number,
                   const Observation& observation) override {
    return sink_.observe(rendition, number, observation);
  }
  void progress(std::int64_t done, std::int64_t total) override { sink_.progress(done, total); }

 private:
  OutputSink& sink_;
  const TaskControl& control_;
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
  else if (kind == "glance")
    task = json.get<GlanceTask>();
  else
    throw std::invalid_argument("unknown kind of task: " + kind);
}

Result<nlohmann::json> run_task(const TaskInput& input, const Task& task, OutputSink& sink) {
  set_up_memory(task);
  try {
    return std::visit([&](const auto& each) { return run(input, each, sink); }, task);
  } catch (const std::bad_alloc&) {
    return Error{ErrorCode::internal, "out of memory", "child_memory"};
  } catch (const std::exception& failure) {
    return Error{ErrorCode::internal, failure.what(), "media_library"};
  }
}

Result<nlohmann::json> InProcessWorker::run(const TaskInput& input, const Task& task,
                                            OutputSink& sink, const TaskControl& control) {
  StoppableSink stoppable(sink, control);
  auto result = run_task(input, task, stoppable);
  if (control.stop) return Error{ErrorCode::unavailable, "the task was stopped", "cancelled"};
  return result;
}

}  // namespace weike::media
