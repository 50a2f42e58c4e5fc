#pragma once

#include "media/task.hpp"

#include <functional>

// The inside of a child. What it may hold: descriptor 3 the source, 4 its orders, 5 the way back
// and, for some tasks, 6 the reel.
namespace weike::media {

constexpr int kSourceDescriptor = 3;
constexpr int kOrderDescriptor = 4;
constexpr int kResultDescriptor = 5;
constexpr int kReelDescriptor = 6;

constexpr int highest_descriptor(bool has_reel) {
  return has_reel ? kReelDescriptor : kResultDescriptor;
}

// Exit statuses with a meaning of their own.
constexpr int kExitOutOfMemory = 86;
constexpr int kExitBadOrder = 87;
constexpr int kExitNotLockedIn = 88;

// What the supervisor asks of a child.
struct ChildOrder {
  nlohmann::json task;  // Null: lock in, tell which layers hold, end.
  std::uint64_t cpu_seconds = 60;
  std::uint64_t memory_bytes = 0;
  int parent = 0;         // Process id of the supervisor.
  bool has_reel = false;  // At its descriptor.
};

void to_json(nlohmann::json& json, const ChildOrder& order);
void from_json(const nlohmann::json& json, ChildOrder& order);

using TaskRunner =
    std::function<Result<nlohmann::json>(const TaskInput&, const Task&, OutputSink&)>;

// Reads the order, locks the process in, does the task by `runner` and sends what it made. Returns
// the exit status.
int run_child(const TaskRunner& runner);

}  // namespace weike::media
