#include "api/playback/media_delivery.hpp"

#include "api/http/conditional.hpp"
#include "api/http/ranges.hpp"
#include "model/json.hpp"

#include <utility>

namespace weike::playback {
namespace {

// Shared links carry the epoch, so what they name never changes while they live; no cache keeps it
// longer than the shortest life of a signature. Links of one viewer are asked about every time.
std::string cache_control(const MediaToken& token, bool is_playlist) {
  if (!token.is_shared()) return "private, no-cache";
  if (is_playlist) return "public, max-age=0, s-maxage=10";
  return "public, max-age=21600, immutable";
}

http::Response playlist_response(const MediaRequest& request, const MediaToken& token,
                                 const Playlist& playlist) {
  const auto caching = cache_control(token, true);
  if (http::is_not_modified(request.if_none_match, playlist.etag))
    return http::not_modified(playlist.etag, caching);
  http::Response response;
  response.headers.add("Content-Type", std::string(content_type_of(request.file)));
  response.headers.add("ETag", playlist.etag);
  response.headers.add("Cache-Control", caching);
  response.body = playlist.bytes;
  return response;
}

// A blob never changes after its commit and its name stands in the URL: the size tells enough.
std::string etag_of(const storage::OpenFile& file) {
  return http::quoted_tag(std::to_string(file.size_bytes()));
}

http::Response file_response(const MediaRequest& request, const MediaToken& token,
                             std::shared_ptr<const storage::OpenFile> file, MediaGate::Pass pass) {
  const auto etag = etag_of(*file);
  const auto caching = cache_control(token, false);
  if (http::is_not_modified(request.if_none_match, etag)) return http::not_modified(etag, caching);

  const auto size = file->size_bytes();
  // Range is defined for GET alone (RFC 9110 §14.2).
  const auto range = request.method == http::Method::get ? request.range : std::string_view{};
  const auto part = http::answer_range(range, request.if_range, etag, size);
  http::Response response;
  response.headers.add("ETag", etag);
  response.headers.add("Cache-Control", caching);
  response.headers.add("Accept-Ranges", "bytes");
  if (part.kind != http::RangeAnswer::Kind::whole)
    response.headers.add("Content-Range", http::content_range(part, size));
  if (part.kind == http::RangeAnswer::Kind::unsatisfiable) {
    response.status = 416;
    return response;
  }
  response.status = part.kind == http::RangeAnswer::Kind::part ? 206 : 200;
  response.headers.add("Content-Type", std::string(content_type_of(request.file)));
  response.body = http::FileBody{std::move(file), part.offset, part.length, std::move(pass)};
  return response;
}

}  // namespace

MediaDelivery::MediaDelivery(storage::KvStore& store, storage::BlobStore& blobs,
                             assets::AssetService& assets, const MediaSigner& signer,
                             MediaGate& gate, const Clock& clock, MediaDeliveryOptions options)
    : store_(store),
      blobs_(blobs),
      assets_(assets),
      signer_(signer),
      gate_(gate),
      clock_(clock),
      options_(options),
      rendered_(options.rendered_assets),
      open_files_(options.open_files) {}

std::optional<http::Response> MediaDelivery::answer_from_memory(const MediaRequest& request) {
  const auto asset = AssetId::parse(request.asset);
  if (!asset) return std::nullopt;
  const auto token = signer_.verify(*asset, request.token);
  if (!token) return std::nullopt;
  auto pass = gate_.admit_from_memory(*asset, *token);
  if (!pass) return std::nullopt;

  // Only names that the plan holds are ever put there: a hit needs no look into the plan.
  if (auto file = open_file(assets::blob_name(*asset, request.file)))
    return file_response(request, *token, std::move(file), std::move(*pass));
  const auto rendered = rendered_.get(*asset);
  if (!rendered || !is_current(**rendered)) return std::nullopt;
  const auto* playlist = (*rendered)->files.playlist(request.file);
  if (!playlist) return std::nullopt;
  return playlist_response(request, *token, *playlist);
}

Result<http::Response> MediaDelivery::answer(const MediaRequest& request) {
  const Error not_found{ErrorCode::not_found, "no such media"};
  const auto asset = AssetId::parse(request.asset);
  if (!asset) return not_found;
  const auto token = signer_.verify(*asset, request.token);
  if (!token) return Error{ErrorCode::forbidden, "media signature", "bad_signature"};
  auto pass = gate_.admit(*asset, *token);
  if (!pass) return pass.error();

  const auto rendered = rendered_files(*asset);
  if (!rendered) return rendered.error();
  const auto& files = (*rendered)->files;
  if (const auto* playlist = files.playlist(request.file))
    return playlist_response(request, *token, *playlist);
  if (!files.has_blob(request.file)) return not_found;

  auto file = find_or_open(assets::blob_name(*asset, request.file));
  if (!file && file.error().code == ErrorCode::not_found)
    return Error{ErrorCode::unavailable, "not made yet", "segment_not_ready"};
  if (!file) return file.error();
  return file_response(request, *token, std::move(*file), std::move(*pass));
}

void MediaDelivery::tend() {
  const auto oldest = to_epoch_ms(clock_.now()) - options_.open_file_idle.count();
  open_files_.erase_if(
      [&](const std::string&, const auto& blob) { return blob->used_at_ms < oldest; });
  gate_.refresh();
}

bool MediaDelivery::is_current(const RenderedFiles& rendered) const {
  return rendered.is_final || clock_.now() - rendered.made_at < options_.unfinished_playlists;
}

Result<std::shared_ptr<const MediaDelivery::RenderedFiles>> MediaDelivery::rendered_files(
    AssetId id) {
  if (const auto known = rendered_.get(id); known && is_current(**known)) return *known;
  const auto now = clock_.now();
  Asset asset;
  auto read = store_.read([&](storage::Transaction& transaction) -> Result<> {
    auto found = assets_.find(transaction, id);
    if (!found) return found.error();
    asset = std::move(*found);
    return {};
  });
  if (!read) return read.error();
  auto plan = assets_.plan(id);
  if (!plan) return plan.error();
  const bool is_final = asset.state == AssetState::ready;
  auto rendered = std::make_shared<const RenderedFiles>(
      RenderedFiles{AssetFiles(*plan, assets::measured_rates(asset)), is_final, now});
  rendered_.put(id, rendered);
  return rendered;
}

std::shared_ptr<const storage::OpenFile> MediaDelivery::open_file(const std::string& blob_name) {
  const auto known = open_files_.get(blob_name);
  if (!known) return nullptr;
  (*known)->used_at_ms = to_epoch_ms(clock_.now());
  return (*known)->file;
}

Result<std::shared_ptr<const storage::OpenFile>> MediaDelivery::find_or_open(
    const std::string& blob_name) {
  if (auto known = open_file(blob_name)) return known;
  auto opened = blobs_.open(blob_name);
  if (!opened) return opened.error();
  auto blob = std::make_shared<OpenBlob>();
  blob->file = *opened;
  blob->used_at_ms = to_epoch_ms(clock_.now());
  open_files_.put(blob_name, std::move(blob));
  return *opened;
}

}  // namespace weike::playback
