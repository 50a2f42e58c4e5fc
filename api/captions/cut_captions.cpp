#include "api/captions/cut_captions.hpp"

#include "api/assets/asset_service.hpp"
#include "api/captions/caption_service.hpp"
#include "media/captions/captions.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>

namespace weike::captions {
namespace {

constexpr std::uint64_t kLongestFile = std::uint64_t{16} << 20;

const std::string& origin_of(const Captions& captions) {
  return captions.of.empty() ? captions.id : captions.of;
}

bool contains(const std::vector<Captions>& all, std::string_view id) {
  return std::any_of(all.begin(), all.end(), [&](const Captions& each) { return each.id == id; });
}

}  // namespace

Result<std::vector<Captions>> cut_captions(storage::BlobStore& blobs, const Asset& whole,
                                           const AssetTrim& part, AssetId cut) {
  std::vector<Captions> made;
  for (const auto& captions : whole.captions) {
    const auto text = blobs.read(assets::blob_name(whole.id, file_name(captions.id)), kLongestFile);
    if (!text && text.error().code == ErrorCode::not_found) continue;
    if (!text) return text.error();
    const auto rest = media::cut_captions(*text, part.in_ms, part.out_ms);
    if (!rest && rest.error().reason == "captions_empty") continue;
    if (!rest) return rest.error();

    const auto id = media::caption_id(captions.language, captions.label, rest->webvtt);
    if (contains(made, id)) continue;  // They differed only in what was cut off.
    const auto bytes = std::as_bytes(std::span(rest->webvtt.data(), rest->webvtt.size()));
    const auto kept = blobs.put(assets::blob_name(cut, file_name(id)), bytes);
    if (!kept) return kept.error();
    made.push_back({id, captions.language, captions.label, rest->cues, origin_of(captions)});
  }
  return made;
}

std::vector<std::string> counterparts(const std::vector<std::string>& ids, const Asset& from,
                                      const Asset& to) {
  std::vector<std::string> found;
  for (const auto& id : ids) {
    const auto* captions = find_captions(from, id);
    if (!captions) continue;
    const auto same =
        std::find_if(to.captions.begin(), to.captions.end(),
                     [&](const Captions& each) { return origin_of(each) == origin_of(*captions); });
    if (same != to.captions.end()) found.push_back(same->id);
  }
  return found;
}

}  // namespace weike::captions
