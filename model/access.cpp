#include "model/access.hpp"

namespace weike {

bool Viewer::has(Role role, UnitId unit) const {
  return std::any_of(grants.begin(), grants.end(), [&](const RoleGrant& grant) {
    const bool reaches = grant.unit == kRootUnit || grant.unit == unit;
    return reaches && (grant.role == role || grant.role == Role::administrator);
  });
}

namespace {

bool is_in_audience(const Viewer& viewer, Audience audience) {
  switch (audience) {
    case Audience::everyone:
      return true;
    case Audience::members:
      return viewer.is_signed_in();
  }
  return false;
}

}  // namespace

bool may_see(const Viewer& viewer, const Lesson& lesson) {
  return lesson.is_live() && is_in_audience(viewer, lesson.live->content.audience);
}

bool might_have_seen(const Viewer& viewer, const Lesson& lesson) {
  return lesson.live && lesson.is_recalled && is_in_audience(viewer, lesson.live->content.audience);
}

bool may_preview(const Viewer& viewer, const Lesson& lesson) {
  if (viewer.is(lesson.owner)) return true;
  if (lesson.working.state == VersionState::draft) return false;
  return viewer.has(Role::reviewer, lesson.unit) || viewer.has(Role::curator, lesson.unit);
}

}  // namespace weike
