#pragma once

#include "media/task.hpp"

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace weike::server {

// Makes files of a few bytes at once, whose content depends on their name only, and counts what it
// makes. Threads may share it.
class FakeWorker final : public media::Worker {
 public:
  explicit FakeWorker(media::Plan plan) : plan_(std::move(plan)) {}

  // Asked before a task begins and before each of its files ("" before the task): an error ends the
  // task as if its child had died there.
  using Accident = std::function<Result<>(const media::Task&, const std::string& file)>;
  void set_accident(Accident accident);
  // The smallest rung's segment `number` shows a frame that could not be decoded.
  void set_damaged(std::uint32_t number);
  // What is noted of each segment that is made, before it is put.
  using Notes = std::function<media::Observation(const std::string& rendition,
                                                 const media::Segment& segment)>;
  void set_notes(Notes notes);
  // Instead of the plan.
  void set_probe_result(nlohmann::json result);

  Result<nlohmann::json> run(const media::TaskInput& input, const media::Task& task,
                             media::OutputSink& sink, const media::TaskControl& control) override;

  // How often each file was made and accepted, and all tasks in the order of their begin.
  std::map<std::string, int> made() const;
  std::vector<media::Task> tasks() const;
  // What the last images were made of, beside the source.
  std::string reel() const;
  // How many running tasks were told to stand still. They do not: a test's gates hold them.
  std::size_t paused() const;
  // Waits, in an accident, until a running task is told to stop; false if none is for long.
  bool wait_for_stop() const;

 private:
  Result<nlohmann::json> perform(const media::Task& task, media::OutputSink& sink,
                                 const media::TaskControl& control);
  Result<> note(const std::string& file, media::OutputSink& sink);
  Result<> make(const std::string& file, media::OutputSink& sink, const media::TaskControl& control,
                bool is_damaged);

  const media::Plan plan_;
  mutable std::mutex mutex_;  // Guards what follows.
  Accident accident_;
  std::optional<std::uint32_t> damaged_;
  Notes notes_;
  nlohmann::json probe_result_;
  std::map<std::string, int> made_;
  std::vector<media::Task> tasks_;
  std::string reel_;
  std::set<const media::TaskControl*> running_;
};

// A plan of `segments` segments of one GOP, then two, at 30 frames a second.
media::Plan plan_of(std::uint32_t segments);

}  // namespace weike::server
