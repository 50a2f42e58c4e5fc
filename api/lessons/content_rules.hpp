#pragma once

#include "api/lessons/channels.hpp"
#include "model/asset.hpp"
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
  std::size_t captions = 4;    // How many a player may offer at once.
  std::size_t chapters = 100;  // How many.
  std::size_t chapter = 80;    // The title of one.
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
  std::optional<std::vector<std::string>> captions;
  std::optional<std::vector<Chapter>> chapters;
};

// `content` with the patch on it: texts trimmed, repeated tags and captions once. Captions and
// chapters belong to a video: another one begins without, see `moved_chapters`.
LessonContent patched(LessonContent content, const ContentPatch& patch);

// The chapters of `from` at their places in `to`, another asset on the same source, without those
// that begin behind its end. What began before it begins with it, if it goes on there.
std::vector<Chapter> moved_chapters(const std::vector<Chapter>& chapters, const Asset& from,
                                    const Asset& to);

// Texts, tags, channel and chapters; not the asset. `invalid_argument` naming the field.
Result<> check_content(const LessonContent& content, const ContentLimits& limits,
                       const std::vector<Channel>& channels);

// What the content says of its video: its captions are the asset's, and its chapters begin within
// it, once its length is known. `invalid_argument`, reasons unknown_captions and out_of_range.
Result<> check_marks(const LessonContent& content, const Asset& asset);

}  // namespace weike::lessons
