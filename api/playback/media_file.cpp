#include "api/playback/media_file.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace weike::playback {
namespace {

using Kind = MediaFile::Kind;

constexpr std::size_t kCaptionIdLength = 12;

// What is left of `text` without `prefix` and `suffix`; nothing if it has not both.
std::optional<std::string_view> between(std::string_view prefix, std::string_view text,
                                        std::string_view suffix) {
  if (text.size() < prefix.size() + suffix.size()) return std::nullopt;
  if (!text.starts_with(prefix) || !text.ends_with(suffix)) return std::nullopt;
  return text.substr(prefix.size(), text.size() - prefix.size() - suffix.size());
}

// "17" but not "017", "+17" or "": one name for one segment.
std::optional<std::uint32_t> number_of(std::string_view text) {
  if (text.empty() || text.size() > 9 || (text.size() > 1 && text.front() == '0'))
    return std::nullopt;
  std::uint32_t number = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

bool is_caption_id(std::string_view text) {
  return text.size() == kCaptionIdLength && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

// ".av1.0123456789ab" or "": each tag once. False if it is anything else.
bool read_tags(std::string_view tags, MediaFile& file) {
  while (!tags.empty()) {
    if (tags.front() != '.') return false;
    tags.remove_prefix(1);
    const auto tag = tags.substr(0, tags.find('.'));
    tags.remove_prefix(tag.size());
    const bool is_known =
        std::find(file.captions.begin(), file.captions.end(), tag) != file.captions.end();
    if (tag == "av1" && !file.wants_av1) {
      file.wants_av1 = true;
    } else if (is_caption_id(tag) && !is_known && file.captions.size() < CaptionIds::kMost) {
      file.captions.push_back(tag);
    } else {
      return false;
    }
  }
  return true;
}

MediaFile tagged(Kind kind, std::string_view tags) {
  MediaFile file;
  file.kind = kind;
  return read_tags(tags, file) ? file : MediaFile{};
}

MediaFile top_level_file(std::string_view name) {
  if (const auto tags = between("master", name, ".m3u8")) return tagged(Kind::master, *tags);
  if (const auto tags = between("manifest", name, ".mpd")) return tagged(Kind::manifest, *tags);
  if (name == "storyboard.vtt") return {Kind::storyboard};
  if (const auto rendition = between("", name, ".mp4")) return {Kind::progressive, *rendition};
  return {};
}

MediaFile caption_file(std::string_view name) {
  if (const auto id = between("", name, ".vtt"); id && is_caption_id(*id))
    return {Kind::captions, *id};
  if (const auto id = between("", name, ".m3u8"); id && is_caption_id(*id))
    return {Kind::caption_playlist, *id};
  return {};
}

}  // namespace

MediaFile parse_media_file(std::string_view name) {
  const auto slash = name.find('/');
  if (slash == std::string_view::npos) return top_level_file(name);
  const auto folder = name.substr(0, slash);
  const auto rest = name.substr(slash + 1);
  if (folder == "captions") return caption_file(rest);
  if (rest == "index.m3u8") return {Kind::media_playlist, folder};
  if (rest == "iframes.m3u8") return {Kind::iframe_playlist, folder};
  if (rest == "init.mp4") return {Kind::init, folder};
  const auto digits = between("", rest, ".m4s");
  const auto number = digits ? number_of(*digits) : std::nullopt;
  if (number) return {Kind::segment, folder, *number};
  return {};
}

std::string_view content_type_of(std::string_view name) {
  constexpr auto kTypes = std::to_array<std::pair<std::string_view, std::string_view>>({
      {".m3u8", "application/vnd.apple.mpegurl"},
      {".mpd", "application/dash+xml"},
      {".vtt", "text/vtt; charset=utf-8"},
      {".jpg", "image/jpeg"},
      {".webp", "image/webp"},
  });
  for (const auto& [suffix, type] : kTypes) {
    if (name.ends_with(suffix)) return type;
  }
  return is_sound(name.substr(0, name.find('/'))) ? "audio/mp4" : "video/mp4";
}

}  // namespace weike::playback
