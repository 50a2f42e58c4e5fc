#pragma once

#include "model/asset.hpp"
#include "model/lesson.hpp"

#include <string>
#include <string_view>

namespace weike::review {

// SHA-256, in hex, of everything a reviewer decides about: version number, source, trim and plan
// of the video, title, summary, kind, audience, channel, tags, person, teacher, cover, captions and
// chapters, as canonical JSON. Of an asset whose source is hashed and whose plan stands.
std::string manifest_sha256(const LessonVersion& version, const Asset& asset,
                            std::string_view plan_sha256);

}  // namespace weike::review
