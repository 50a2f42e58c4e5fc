#include "server/jobs/work_floor.hpp"

#include <algorithm>
#include <utility>

namespace weike::server {

void WorkFloor::enter(Control control, Level level) {
  children_.push_back({std::move(control), level});
  update();
}

void WorkFloor::leave(const Control& control) {
  std::erase_if(children_, [&](const Child& child) { return child.control == control; });
  update();
}

void WorkFloor::spare(const Control& control) {
  for (auto& child : children_) child.is_spared |= child.control == control;
  update();
}

void WorkFloor::wait_for_spared(bool is_waited_for) {
  is_waited_for_ = is_waited_for;
  update();
}

Level WorkFloor::level_of(const Child& child) const {
  return child.is_spared && is_waited_for_ ? Level::wanted : child.level;
}

void WorkFloor::expect(bool is_more_wanted) {
  is_more_wanted_ = is_more_wanted;
  update();
}

bool WorkFloor::is_held_up(Level level) const {
  if (is_more_wanted_ && level > Level::wanted) return true;
  return std::any_of(children_.begin(), children_.end(),
                     [&](const Child& child) { return level_of(child) < level; });
}

std::size_t WorkFloor::paused() const {
  return static_cast<std::size_t>(
      std::count_if(children_.begin(), children_.end(),
                    [](const Child& child) { return child.control->is_paused.load(); }));
}

void WorkFloor::update() {
  for (const auto& child : children_) {
    child.control->is_paused = !child.is_spared && is_held_up(child.level);
  }
  if (observer_ == nullptr || paused() == paused_) return;
  paused_ = paused();
  observer_->on_paused(paused_);
}

}  // namespace weike::server
