#include "tests/server/jobs/fake_worker.hpp"

#include "media/images/image_files.hpp"
#include "tests/server/jobs/gate.hpp"

#include <unistd.h>

#include <algorithm>

namespace weike::server {
namespace {

std::vector<std::string> files_of(const media::Task& task, const media::Plan& plan) {
  std::vector<std::string> files;
  if (std::holds_alternative<media::ProbeTask>(task)) {
    for (const auto& rung : plan.video) files.push_back(rung.name + "/init.mp4");
    for (const auto& rung : plan.audio) files.push_back(rung.name + "/init.mp4");
    for (const auto& rung : {plan.copied, plan.background}) {
      if (rung) files.push_back(rung->name + "/init.mp4");
    }
  } else if (const auto* segments = std::get_if<media::SegmentsTask>(&task)) {
    const auto& ahead = segments->ahead;
    for (auto number = segments->first_segment; number <= segments->last_segment; ++number) {
      auto renditions = segments->renditions;
      std::stable_partition(renditions.begin(), renditions.end(), [&](const auto& name) {
        return std::find(ahead.begin(), ahead.end(), name) != ahead.end();
      });
      for (const auto& rendition : renditions) {
        files.push_back(rendition + "/" + std::to_string(number) + ".m4s");
      }
    }
  } else if (std::holds_alternative<media::ImagesTask>(task)) {
    files = media::image_files(plan);
  }
  return files;
}

std::string content_of(int descriptor) {
  std::string content(std::size_t{1} << 20, '\0');
  const auto got = ::pread(descriptor, content.data(), content.size(), 0);
  content.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return content;
}

}  // namespace

void FakeWorker::set_accident(Accident accident) {
  const std::scoped_lock lock(mutex_);
  accident_ = std::move(accident);
}

void FakeWorker::set_damaged(std::uint32_t number) {
  const std::scoped_lock lock(mutex_);
  damaged_ = number;
}

void FakeWorker::set_notes(Notes notes) {
  const std::scoped_lock lock(mutex_);
  notes_ = std::move(notes);
}

Result<> FakeWorker::note(const std::string& file, media::OutputSink& sink) {
  Notes notes;
  {
    const std::scoped_lock lock(mutex_);
    notes = notes_;
  }
  const auto slash = file.find('/');
  if (!notes || slash == std::string::npos || !file.ends_with(".m4s")) return {};
  const auto rendition = file.substr(0, slash);
  const auto number = std::stoul(file.substr(slash + 1));
  return sink.observe(rendition, static_cast<std::uint32_t>(number),
                      notes(rendition, plan_.segments.at(number)));
}

void FakeWorker::set_probe_result(nlohmann::json result) {
  const std::scoped_lock lock(mutex_);
  probe_result_ = std::move(result);
}

Result<nlohmann::json> FakeWorker::run(const media::TaskInput& input, const media::Task& task,
                                       media::OutputSink& sink, const media::TaskControl& control) {
  {
    const std::scoped_lock lock(mutex_);
    running_.insert(&control);
    if (input.has_reel()) reel_ = content_of(input.reel);
  }
  auto result = perform(task, sink, control);
  const std::scoped_lock lock(mutex_);
  running_.erase(&control);
  return result;
}

std::size_t FakeWorker::paused() const {
  const std::scoped_lock lock(mutex_);
  return static_cast<std::size_t>(
      std::count_if(running_.begin(), running_.end(),
                    [](const auto* control) { return control->is_paused.load(); }));
}

bool FakeWorker::wait_for_stop() const {
  return comes_true([this] {
    const std::scoped_lock lock(mutex_);
    return std::any_of(running_.begin(), running_.end(),
                       [](const auto* control) { return control->stop.load(); });
  });
}

Result<nlohmann::json> FakeWorker::perform(const media::Task& task, media::OutputSink& sink,
                                           const media::TaskControl& control) {
  Accident accident;
  nlohmann::json probe_result;
  std::string damaged_file;
  {
    const std::scoped_lock lock(mutex_);
    tasks_.push_back(task);
    accident = accident_;
    if (damaged_) {
      damaged_file = plan_.video.back().name + "/" + std::to_string(*damaged_) + ".m4s";
    }
    probe_result = probe_result_;
  }
  if (accident) {
    if (auto begun = accident(task, ""); !begun) return begun.error();
  }
  int damaged_frames = 0;
  for (const auto& file : files_of(task, plan_)) {
    if (accident) {
      if (auto alive = accident(task, file); !alive) return alive.error();
    }
    if (auto noted = note(file, sink); !noted) return noted.error();
    const bool is_damaged = file == damaged_file;
    if (auto put = make(file, sink, control, is_damaged); !put) return put.error();
    damaged_frames += is_damaged ? 1 : 0;
  }
  nlohmann::json result = {{"frames", 1}, {"damaged_frames", damaged_frames}};
  if (std::holds_alternative<media::ProbeTask>(task)) {
    result = {{"plan", plan_}, {"verdict", {{"width", 640}}}};
    if (!probe_result.is_null()) result = probe_result;
  }
  if (std::holds_alternative<media::ImagesTask>(task)) {
    const std::string tiny = "data:image/jpeg;base64,AAAA";
    result["placeholders"] = nlohmann::json::array({tiny, tiny, tiny});
  }
  return Result<nlohmann::json>(boost::system::in_place_value, std::move(result));
}

Result<> FakeWorker::make(const std::string& file, media::OutputSink& sink,
                          const media::TaskControl& control, bool is_damaged) {
  if (control.stop) return Error{ErrorCode::unavailable, "stopped", "cancelled"};
  if (is_damaged) {
    media::Observation observation;
    observation.picture.emplace().damaged_frames = 1;
    const auto& rendition = plan_.video.back().name;
    if (auto told = sink.observe(rendition, *damaged_, observation); !told) return told;
  }
  const std::string content = "content of " + file;
  if (auto put = sink.put(file, std::as_bytes(std::span(content))); !put) return put;
  const std::scoped_lock lock(mutex_);
  ++made_[file];
  return {};
}

std::map<std::string, int> FakeWorker::made() const {
  const std::scoped_lock lock(mutex_);
  return made_;
}

std::string FakeWorker::reel() const {
  const std::scoped_lock lock(mutex_);
  return reel_;
}

std::vector<media::Task> FakeWorker::tasks() const {
  const std::scoped_lock lock(mutex_);
  return tasks_;
}

media::Plan plan_of(std::uint32_t segments) {
  media::Plan plan;
  plan.source_sha256 = "5a";
  plan.frame_rate = {30, 1};
  plan.video = {{.name = "v720", .width = 1280, .height = 720},
                {.name = "v360", .width = 640, .height = 360}};
  plan.audio = {{.name = "a128"}};
  for (std::uint32_t number = 0; number < segments; ++number) {
    const std::int64_t frames = number == 0 ? 60 : 120;
    plan.segments.push_back({number, plan.frame_count, frames, 0, frames * 1600 / 1024});
    plan.frame_count += frames;
  }
  return plan;
}

}  // namespace weike::server
