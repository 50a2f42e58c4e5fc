#include "api/lessons/content_rules.hpp"

#include "api/lessons/text.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>

namespace weike::lessons {
namespace {

std::vector<std::string> tidied(const std::vector<std::string>& tags) {
  std::vector<std::string> result;
  for (const auto& tag : tags) {
    auto word = trimmed(tag);
    if (std::find(result.begin(), result.end(), word) == result.end())
      result.push_back(std::move(word));
  }
  return result;
}

std::vector<Chapter> tidied(std::vector<Chapter> chapters) {
  for (auto& chapter : chapters) chapter.title = trimmed(chapter.title);
  return chapters;
}

Result<> check_chapters(const std::vector<Chapter>& chapters, const ContentLimits& limits) {
  const Error out_of_range{ErrorCode::invalid_argument, "too many, or not in order of time",
                           "out_of_range", "chapters"};
  if (chapters.size() > limits.chapters) return out_of_range;
  for (std::size_t i = 0; i < chapters.size(); ++i) {
    const TextRule rule{"chapters", 1, limits.chapter, Lines::one};
    if (auto checked = check_text(chapters[i].title, rule); !checked) return checked.error();
    if (i > 0 && chapters[i].at_ms <= chapters[i - 1].at_ms) return out_of_range;
  }
  return {};
}

std::int64_t begin_of(const Asset& asset) { return asset.trim ? asset.trim->in_ms : 0; }

// Up to where a chapter may begin. A cut that is not planned yet comes out in whole frames, which
// may be a little less than was asked for.
std::int64_t end_of_chapters(const Asset& asset) {
  constexpr std::int64_t kLongestFrameMs = 100;
  if (asset.duration_ms > 0) return asset.duration_ms;
  if (asset.trim) return asset.trim->out_ms - asset.trim->in_ms - kLongestFrameMs;
  return std::numeric_limits<std::int64_t>::max();
}

}  // namespace

std::vector<Chapter> moved_chapters(const std::vector<Chapter>& chapters, const Asset& from,
                                    const Asset& to) {
  const auto later_ms = begin_of(from) - begin_of(to);
  const auto end_ms = end_of_chapters(to);
  std::vector<Chapter> moved;
  for (const auto& chapter : chapters) {
    const auto at_ms = chapter.at_ms + later_ms;
    if (at_ms >= end_ms) break;
    if (at_ms <= 0) moved.clear();  // The one before ended before the beginning.
    moved.push_back({static_cast<std::uint32_t>(std::max<std::int64_t>(at_ms, 0)), chapter.title});
  }
  return moved;
}

LessonContent patched(LessonContent content, const ContentPatch& patch) {
  if (patch.title) content.title = trimmed(*patch.title);
  if (patch.summary) content.summary = trimmed(*patch.summary);
  if (patch.kind) content.kind = *patch.kind;
  if (patch.asset && *patch.asset != content.asset) {
    content.asset = *patch.asset;
    content.captions.clear();
    content.chapters.clear();
  }
  if (patch.audience) content.audience = *patch.audience;
  if (patch.channel) content.channel = *patch.channel;
  if (patch.tags) content.tags = tidied(*patch.tags);
  if (patch.person) content.person = trimmed(*patch.person);
  if (patch.teacher) content.teacher = trimmed(*patch.teacher);
  if (patch.cover) content.cover = *patch.cover;
  if (patch.captions) content.captions = tidied(*patch.captions);
  if (patch.chapters) content.chapters = tidied(*patch.chapters);
  return content;
}

Result<> check_content(const LessonContent& content, const ContentLimits& limits,
                       const std::vector<Channel>& channels) {
  const struct {
    const std::string& text;
    TextRule rule;
  } texts[] = {
      {content.title, {"title", 1, limits.title, Lines::one}},
      {content.summary, {"summary", 0, limits.summary, Lines::many}},
      {content.person, {"person", 0, limits.name, Lines::one}},
      {content.teacher, {"teacher", 0, limits.name, Lines::one}},
  };
  for (const auto& [text, rule] : texts) {
    if (auto checked = check_text(text, rule); !checked) return checked.error();
  }
  if (content.tags.size() > limits.tags)
    return Error{ErrorCode::invalid_argument, "too many tags", "out_of_range", "tags"};
  for (const auto& tag : content.tags) {
    if (auto checked = check_text(tag, {"tags", 1, limits.tag, Lines::one}); !checked)
      return checked.error();
  }
  if (!content.channel.empty() && !find_channel(channels, content.channel))
    return Error{ErrorCode::invalid_argument, "no such channel", "unknown_channel", "channel"};
  if (content.captions.size() > limits.captions)
    return Error{ErrorCode::invalid_argument, "too many captions", "out_of_range", "captions"};
  return check_chapters(content.chapters, limits);
}

Result<> check_marks(const LessonContent& content, const Asset& asset) {
  for (const auto& id : content.captions) {
    const bool is_there = std::any_of(asset.captions.begin(), asset.captions.end(),
                                      [&](const Captions& each) { return each.id == id; });
    if (!is_there)
      return Error{ErrorCode::invalid_argument, "no such captions", "unknown_captions", "captions"};
  }
  const bool ends_too_early = asset.duration_ms > 0 && !content.chapters.empty() &&
                              content.chapters.back().at_ms >= asset.duration_ms;
  if (ends_too_early)
    return Error{ErrorCode::invalid_argument, "beyond the end", "out_of_range", "chapters"};
  return {};
}

}  // namespace weike::lessons
