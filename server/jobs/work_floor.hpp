#pragma once

#include "media/task.hpp"
#include "server/jobs/job_observer.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace weike::server {

// How urgent a running child is; smaller comes first. Whatever is at work makes all that comes
// behind it stand still.
enum class Level : std::uint8_t {
  wanted,      // A viewer waits for this segment.
  urgent,      // A lesson that cannot be played yet, and every worker was busy.
  ordinary,    // The rest of the lessons.
  background,  // Rungs for when there is nothing else to do.
};

// The children at work, and which of them stand still. One thread at a time.
class WorkFloor {
 public:
  using Control = std::shared_ptr<media::TaskControl>;

  WorkFloor() = default;
  // `observer` is told how many stand still.
  explicit WorkFloor(JobObserver& observer) : observer_(&observer) {}

  void enter(Control control, Level level);
  void leave(const Control& control);
  // A viewer waits for what this one makes: it does not stand still any more.
  void spare(const Control& control);
  // Are there viewers who wait for spared ones? Then these are like what is wanted.
  void wait_for_spared(bool is_waited_for);
  // More of this level comes at once, so that nothing behind it moves in between.
  void expect(bool is_more_wanted);

  // Would a child of this level have to stand still?
  bool is_held_up(Level level) const;
  bool is_empty() const { return children_.empty(); }
  std::size_t paused() const;

 private:
  struct Child {
    Control control;
    Level level = Level::ordinary;
    bool is_spared = false;
  };
  Level level_of(const Child& child) const;
  void update();

  std::vector<Child> children_;
  bool is_more_wanted_ = false;
  bool is_waited_for_ = false;
  JobObserver* observer_ = nullptr;
  std::size_t paused_ = 0;  // As the observer knows it.
};

}  // namespace weike::server
