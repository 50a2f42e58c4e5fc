#include "api/feed/feed_card.hpp"

#include "model/json.hpp"

namespace weike::feed {
namespace {

constexpr char kFormat = 2;
constexpr char kFormatWithoutCaptions = 1;
constexpr std::size_t kHeadBytes = 1 + 1 + 1 + 16 + 4;
constexpr std::size_t kCaptionIdBytes = 12;

std::string_view orientation_of(const Asset& asset) {
  if (asset.width == asset.height) return "square";
  return asset.width < asset.height ? "portrait" : "landscape";
}

// Only what is complete: a size that still grows would be a lie.
nlohmann::json sizes_of(const Asset& asset) {
  auto sizes = nlohmann::json::array();
  for (const auto& rendition : asset.renditions) {
    if (rendition.is_complete())
      sizes.push_back({{"rendition", rendition.name}, {"size_bytes", rendition.size_bytes}});
  }
  return sizes;
}

// Takes a count and as many ids away from `rest`; false if there are not as many.
bool take_captions(std::string_view& rest, std::vector<std::string>& captions) {
  if (rest.empty()) return false;
  const auto count = static_cast<unsigned char>(rest.front());
  rest.remove_prefix(1);
  if (rest.size() < count * kCaptionIdBytes) return false;
  for (unsigned i = 0; i < count; ++i) {
    captions.emplace_back(rest.substr(0, kCaptionIdBytes));
    rest.remove_prefix(kCaptionIdBytes);
  }
  return true;
}

}  // namespace

std::string FeedCard::encode() const {
  std::string bytes{kFormat, audience == Audience::everyone ? 'p' : 'm',
                    static_cast<char>('0' + target.poster)};
  bytes += target.asset.raw();
  for (int shift = 24; shift >= 0; shift -= 8)
    bytes.push_back(static_cast<char>(target.epoch >> shift & 0xff));
  bytes.push_back(static_cast<char>(target.captions.size()));
  for (const auto& id : target.captions) bytes += id;
  bytes += json;
  return bytes;
}

std::optional<FeedCard> FeedCard::decode(std::string_view bytes) {
  if (bytes.size() <= kHeadBytes) return std::nullopt;
  const bool has_captions = bytes[0] == kFormat;
  if (!has_captions && bytes[0] != kFormatWithoutCaptions) return std::nullopt;
  if (bytes[2] < '0' || bytes[2] > '3') return std::nullopt;
  const auto asset = AssetId::from_bytes(bytes.substr(3, 16));
  if (!asset) return std::nullopt;
  FeedCard card;
  card.audience = bytes[1] == 'p' ? Audience::everyone : Audience::members;
  card.target.poster = static_cast<std::uint32_t>(bytes[2] - '0');
  card.target.asset = *asset;
  for (std::size_t i = 19; i < kHeadBytes; ++i)
    card.target.epoch = card.target.epoch << 8 | static_cast<unsigned char>(bytes[i]);
  bytes.remove_prefix(kHeadBytes);
  if (has_captions && !take_captions(bytes, card.target.captions)) return std::nullopt;
  card.json = bytes;
  return card;
}

FeedCard make_card(const Lesson& lesson, const Asset& asset, std::string_view unit_name) {
  const auto& content = lesson.live->content;
  const nlohmann::json json = {{"lesson_id", lesson.id},
                               {"title", content.title},
                               {"summary", content.summary},
                               {"kind", name_of(content.kind)},
                               {"channel", content.channel},
                               {"audience", name_of(content.audience)},
                               {"person", content.person},
                               {"teacher", content.teacher},
                               {"tags", content.tags},
                               {"unit", {{"id", lesson.unit}, {"name", unit_name}}},
                               {"duration_ms", asset.duration_ms},
                               {"width", asset.width},
                               {"height", asset.height},
                               {"orientation", orientation_of(asset)},
                               {"has_audio", asset.has_audio},
                               {"placeholder", asset.placeholder(content.cover)},
                               {"sizes", sizes_of(asset)},
                               {"published_at", to_rfc3339(lesson.published_at)}};
  FeedCard card{content.audience, playback::LinkTarget::of(asset, content), json.dump()};
  card.json.pop_back();
  return card;
}

}  // namespace weike::feed
