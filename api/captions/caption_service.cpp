#include "api/captions/caption_service.hpp"

#include "api/lessons/text.hpp"
#include "model/json.hpp"
#include "storage/records/keys.hpp"
#include "storage/records/record.hpp"

#include <algorithm>
#include <optional>
#include <span>

namespace weike::captions {
namespace keys = storage::keys;
namespace {

constexpr std::size_t kLongestLanguage = 35;  // RFC 5646, 4.4.1.
constexpr std::uint64_t kLongestFile = std::uint64_t{16} << 20;
constexpr std::size_t kMaxLessons = 100;  // That name one asset; LessonOptions allows no more.

Error no_such_captions() {
  return {ErrorCode::not_found, "no such captions", "captions_not_found"};
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_letter_or_digit(char c) { return is_letter(c) || (c >= '0' && c <= '9'); }

// The shape of RFC 5646: "zh", "zh-CN", "zh-Hans-CN". Whether the words mean something nobody asks.
bool is_language(std::string_view tag) {
  if (tag.size() > kLongestLanguage) return false;
  bool is_first = true;
  for (;;) {
    const auto part = tag.substr(0, tag.find('-'));
    const std::size_t longest = is_first ? 3 : 8;
    if (part.size() < (is_first ? 2U : 1U) || part.size() > longest) return false;
    if (!std::all_of(part.begin(), part.end(), is_first ? is_letter : is_letter_or_digit))
      return false;
    if (part.size() == tag.size()) return true;
    tag.remove_prefix(part.size() + 1);
    is_first = false;
  }
}

// Does a version of a lesson show these captions of this asset?
bool names(const LessonContent& content, AssetId asset, std::string_view id) {
  return content.asset == asset &&
         std::find(content.captions.begin(), content.captions.end(), id) != content.captions.end();
}

Result<bool> is_used(storage::Transaction& transaction, AssetId asset, std::string_view id) {
  const auto entries = transaction.scan(keys::lessons_with_asset(asset), kMaxLessons);
  if (!entries) return entries.error();
  for (const auto& entry : *entries) {
    const auto lesson_id = keys::trailing_id<LessonId>(entry.key);
    if (!lesson_id) continue;
    const auto lesson = storage::load<Lesson>(transaction, keys::lesson(*lesson_id));
    if (!lesson) return lesson.error();
    if (!*lesson) continue;
    if (names((*lesson)->working.content, asset, id)) return true;
    if ((*lesson)->live && names((*lesson)->live->content, asset, id)) return true;
  }
  return false;
}

}  // namespace

CaptionService::CaptionService(storage::KvStore& store, storage::BlobStore& blobs,
                               assets::AssetService& assets, CaptionOptions options)
    : store_(store), blobs_(blobs), assets_(assets), options_(options) {}

Result<AddedCaptions> CaptionService::add(const Viewer& viewer, AssetId id,
                                          const NewCaptions& captions) {
  if (!is_language(captions.language))
    return Error{ErrorCode::invalid_argument, "no language tag", "out_of_range", "language"};
  const auto label = lessons::trimmed(captions.label);
  const lessons::TextRule rule{"label", 1, options_.label_characters, lessons::Lines::one};
  if (auto ok = lessons::check_text(label, rule); !ok) return ok.error();

  const auto hold = assets_.hold(id);  // What is written here is swept away with the asset.
  const auto asset = read_to_change(viewer, id);
  if (!asset) return asset.error();
  if (!asset->has_plan || asset->duration_ms == 0)
    return Error{ErrorCode::conflict, "the length is not known yet", "asset_not_playable"};
  const auto made = media::read_captions(captions.file, asset->duration_ms, options_.limits);
  if (!made) return made.error();

  AddedCaptions added;
  added.captions = {media::caption_id(captions.language, label, made->webvtt), captions.language,
                    label, made->cues};
  if (auto ok = check_room(*asset, added.captions.id); !ok) return ok.error();
  const std::scoped_lock lock(changing_);
  const auto bytes = std::as_bytes(std::span(made->webvtt.data(), made->webvtt.size()));
  const auto blob = assets::blob_name(id, file_name(added.captions.id));
  if (auto kept = blobs_.put(blob, bytes); !kept) return kept.error();
  if (auto recorded = record(viewer, id, added); !recorded) return recorded.error();
  return added;
}

Result<> CaptionService::check_room(const Asset& asset, std::string_view id) const {
  if (asset.captions.size() < options_.captions_per_asset || find_captions(asset, id)) return {};
  return Error{ErrorCode::conflict, "too many captions", "too_many_captions"};
}

Result<> CaptionService::record(const Viewer& viewer, AssetId id, AddedCaptions& added) {
  return store_.transact([&](storage::Transaction& transaction) -> Result<> {
    auto asset = find_to_change(transaction, viewer, id);
    if (!asset) return asset.error();
    added.is_new = find_captions(*asset, added.captions.id) == nullptr;
    if (!added.is_new) return {};
    if (auto ok = check_room(*asset, added.captions.id); !ok) return ok;
    asset->captions.push_back(added.captions);
    return assets_.save(transaction, *asset);
  });
}

Result<std::vector<Captions>> CaptionService::list(const Viewer& viewer, AssetId id) {
  auto asset = assets_.show(viewer, id);
  if (!asset) return asset.error();
  return std::move(asset->captions);
}

Result<std::string> CaptionService::text(const Viewer& viewer, AssetId asset_id,
                                         std::string_view id) {
  const auto asset = assets_.show(viewer, asset_id);
  if (!asset) return asset.error();
  if (!find_captions(*asset, id)) return no_such_captions();
  return blobs_.read(assets::blob_name(asset_id, file_name(id)), kLongestFile);
}

Result<> CaptionService::remove(const Viewer& viewer, AssetId asset_id, std::string_view id) {
  const std::scoped_lock lock(changing_);
  const auto done = store_.transact([&](storage::Transaction& transaction) -> Result<> {
    auto asset = find_to_change(transaction, viewer, asset_id);
    if (!asset) return asset.error();
    if (!find_captions(*asset, id)) return no_such_captions();
    const auto used = is_used(transaction, asset_id, id);
    if (!used) return used.error();
    if (*used) return Error{ErrorCode::conflict, "a lesson names them", "captions_in_use"};
    std::erase_if(asset->captions, [&](const Captions& each) { return each.id == id; });
    return assets_.save(transaction, *asset);
  });
  if (!done) return done;
  return blobs_.erase(assets::blob_name(asset_id, file_name(id)));
}

Result<Asset> CaptionService::find_to_change(storage::Transaction& transaction,
                                             const Viewer& viewer, AssetId id) {
  auto asset = assets_.find(transaction, id);
  if (asset && !viewer.is(asset->owner)) return Error{ErrorCode::not_found, "no such asset"};
  if (asset && !viewer.has(Role::publisher, asset->unit))
    return Error{ErrorCode::forbidden, "needs role publisher"};
  return asset;
}

Result<Asset> CaptionService::read_to_change(const Viewer& viewer, AssetId id) {
  std::optional<Asset> found;
  auto done = store_.read([&](storage::Transaction& transaction) -> Result<> {
    auto asset = find_to_change(transaction, viewer, id);
    if (!asset) return asset.error();
    found = std::move(*asset);
    return {};
  });
  if (!done) return done.error();
  return std::move(*found);
}

const Captions* find_captions(const Asset& asset, std::string_view id) {
  const auto found = std::find_if(asset.captions.begin(), asset.captions.end(),
                                  [&](const Captions& each) { return each.id == id; });
  return found == asset.captions.end() ? nullptr : &*found;
}

std::string file_name(std::string_view id) { return "captions/" + std::string(id) + ".vtt"; }

}  // namespace weike::captions
