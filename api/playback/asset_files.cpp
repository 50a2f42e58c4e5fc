#include "api/playback/asset_files.hpp"

#include "api/http/conditional.hpp"
#include "api/http/digest.hpp"

#include <algorithm>
#include <charconv>
#include <memory>
#include <utility>

namespace weike::playback {
namespace {

Playlist playlist_of(std::string text) {
  auto etag = http::quoted_tag(http::to_hex(http::sha256(text)).substr(0, 32));
  return {std::make_shared<const std::string>(std::move(text)), std::move(etag)};
}

// "17" but not "017", "+17" or "": one name for one segment.
bool is_number_below(std::string_view text, std::uint32_t limit) {
  if (text.empty() || text.size() > 9 || (text.size() > 1 && text.front() == '0')) return false;
  std::uint32_t number = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc{} && stop == end && number < limit;
}

}  // namespace

AssetFiles::AssetFiles(const media::Plan& plan, const std::vector<media::MeasuredRate>& rates) {
  const auto add_rendition = [&](const std::string& name) {
    playlists_.emplace(name + "/index.m3u8", playlist_of(media::media_playlist(plan, name)));
    segments_.emplace(name, static_cast<std::uint32_t>(plan.segments.size()));
  };
  playlists_.emplace("master.m3u8",
                     playlist_of(media::master_playlist(plan, {.video = {}, .rates = rates})));
  for (const auto& rung : plan.video) add_rendition(rung.name);
  for (const auto& rung : plan.audio) add_rendition(rung.name);
}

const Playlist* AssetFiles::playlist(std::string_view file) const {
  const auto found = playlists_.find(file);
  return found == playlists_.end() ? nullptr : &found->second;
}

bool AssetFiles::has_blob(std::string_view file) const {
  if (file == "poster.jpg" || file == "poster_small.jpg") return true;
  const auto slash = file.find('/');
  if (slash == std::string_view::npos) return false;
  const auto rendition = segments_.find(file.substr(0, slash));
  if (rendition == segments_.end()) return false;
  const auto name = file.substr(slash + 1);
  if (name == "init.mp4") return true;
  constexpr std::string_view kSuffix = ".m4s";
  return name.ends_with(kSuffix) &&
         is_number_below(name.substr(0, name.size() - kSuffix.size()), rendition->second);
}

std::string_view content_type_of(std::string_view file) {
  if (file.ends_with(".m3u8")) return "application/vnd.apple.mpegurl";
  if (file.ends_with(".jpg")) return "image/jpeg";
  return file.starts_with('a') ? "audio/mp4" : "video/mp4";
}

}  // namespace weike::playback
