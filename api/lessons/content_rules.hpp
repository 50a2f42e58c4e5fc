#pragma once

#include "api/lessons/channels.hpp"
#include "model/error.hpp"
#include "model/lesson.hpp"

#include <optional>
#include <string>
#include <vector>

namespace weike::lessons {

// Lengths in characters.
struct ContentLimits {
  std::size_t title = 80;
  std::size_t summary = 500;
  std::size_t name = 80;  // Of the person shown and of the teacher.
  std::size_t tags = 20;  // How many.
  std::size_t tag = 30;
};

// A change to the content; what is absent stays as it is.
struct ContentPatch {
  std::optional<std::string> title;
  std::optional<std::string> summary;
  std::optional<LessonKind> kind;
  std::optional<AssetId> asset;
  std::optional<Audience> audience;
  std::optional<std::string> channel;  // "": in no channel.
  std::optional<std::vector<std::string>> tags;
  std::optional<std::string> person;
  std::optional<std::string> teacher;
  std::optional<std::uint32_t> cover;
};

// `content` with the patch on it: texts trimmed, repeated tags once.
LessonContent patched(LessonContent content, const ContentPatch& patch);

// Texts, tags and channel; not the asset. `invalid_argument` naming the field.
Result<> check_content(const LessonContent& content, const ContentLimits& limits,
                       const std::vector<Channel>& channels);

}  // namespace weike::lessons
