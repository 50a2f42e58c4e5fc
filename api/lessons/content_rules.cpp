#include "api/lessons/content_rules.hpp"

#include "api/lessons/text.hpp"

#include <algorithm>

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

}  // namespace

LessonContent patched(LessonContent content, const ContentPatch& patch) {
  if (patch.title) content.title = trimmed(*patch.title);
  if (patch.summary) content.summary = trimmed(*patch.summary);
  if (patch.kind) content.kind = *patch.kind;
  if (patch.asset) content.asset = *patch.asset;
  if (patch.audience) content.audience = *patch.audience;
  if (patch.channel) content.channel = *patch.channel;
  if (patch.tags) content.tags = tidied(*patch.tags);
  if (patch.person) content.person = trimmed(*patch.person);
  if (patch.teacher) content.teacher = trimmed(*patch.teacher);
  if (patch.cover) content.cover = *patch.cover;
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
  return {};
}

}  // namespace weike::lessons
