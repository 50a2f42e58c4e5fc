#pragma once

#include "model/lesson.hpp"
#include "model/role.hpp"

namespace weike {

// The one gate (PRODUCT §1.4): may `viewer` see the live version of `lesson`? Used by feed, search,
// playback, comments and downloads alike.
bool may_see(const Viewer& viewer, const Lesson& lesson);

// Was the lesson recalled, and might `viewer` have seen it before? Such a viewer is told so.
bool might_have_seen(const Viewer& viewer, const Lesson& lesson);

// May `viewer` see the version that is being worked on? Its owner always; a reviewer or curator of
// the unit from the submission on; nobody else.
bool may_preview(const Viewer& viewer, const Lesson& lesson);

}  // namespace weike
