#include "api/playback/media_delivery.hpp"

#include "api/playback/segment_heads.hpp"

#include <algorithm>
#include <utility>

namespace weike::playback {
namespace {

using Kind = MediaFile::Kind;

Error not_found() { return {ErrorCode::not_found, "no such media"}; }
Error not_ready() { return {ErrorCode::unavailable, "not made yet", "segment_not_ready"}; }

// What was there when the record was read may be on its way, or just erased: the gate tells.
Error unless_missing(const Error& error) {
  return error.code == ErrorCode::not_found ? not_ready() : error;
}

// A refusal is worded on the handler lane, which knows the client's language.
std::optional<http::Response> if_granted(Result<http::Response> answer) {
  if (!answer) return std::nullopt;
  return std::move(*answer);
}

http::ContentRequest content_request(const MediaRequest& request, const MediaToken& token) {
  return {request.method, request.accept_encoding, request.conditions,
          static_cast<std::size_t>(readers_of(token))};
}

bool names_captions(const MediaFile& file) {
  return !file.captions.empty() || file.kind == Kind::captions ||
         file.kind == Kind::caption_playlist;
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
      open_files_(blobs, clock, options.open_files, options.open_file_idle),
      whole_files_(options.whole_files),
      told_watched_(options.watched_assets) {}

std::optional<http::Response> MediaDelivery::answer_from_memory(const MediaRequest& request) {
  auto admitted = gate_.admit_from_memory(request.asset, request.token);
  if (!admitted) return std::nullopt;
  const auto file = parse_media_file(request.file);
  if (must_tell(admitted->asset, file)) return std::nullopt;

  // Only names that may be asked for are ever put there: a hit needs no look into the plan.
  if (file.kind == Kind::progressive) {
    auto whole = whole_files_.get(BlobName(request.asset, request.file).text());
    if (!whole) return std::nullopt;
    return if_granted(whole_file_response(request, admitted->token, std::move(*whole),
                                          std::move(admitted->pass)));
  }
  if (const auto open = open_files_.at_hand(request.asset, request.file)) {
    return if_granted(file_response(request, admitted->token, *open, std::move(admitted->pass)));
  }
  return playlist_from_memory(request, *admitted);
}

std::optional<http::Response> MediaDelivery::playlist_from_memory(
    const MediaRequest& request, const MediaGate::Admission& admitted) {
  const auto rendered = rendered_.get(admitted.asset);
  if (!rendered) return std::nullopt;
  const auto& files = (*rendered)->files;
  const auto playlist =
      is_current(**rendered) ? files.known(request.file) : files.known_fixed(request.file);
  if (!playlist) return std::nullopt;
  return playlist->answer_from_memory(content_request(request, admitted.token));
}

Result<http::Response> MediaDelivery::answer(const MediaRequest& request) {
  const auto asset = AssetId::parse(request.asset);
  if (!asset) return not_found();
  const auto token = signer_.verify(*asset, request.token);
  if (!token) return Error{ErrorCode::forbidden, "media signature", "bad_signature"};
  auto pass = gate_.admit(*asset, request.token, *token);
  if (!pass) return pass.error();

  const Admitted admitted{request, *asset, *token, std::move(*pass),
                          parse_media_file(request.file)};
  auto rendered = rendered_files(*asset);
  // Captions may have come since the record was read, and are asked for at once.
  const bool may_be_new = rendered && names_captions(admitted.file) &&
                          !(*rendered)->files.has(admitted.file, request.file);
  if (may_be_new) rendered = read_files(*asset);
  if (!rendered) return rendered.error();
  const auto& files = (*rendered)->files;
  if (!files.has(admitted.file, request.file)) return not_found();
  if (admitted.file.kind == Kind::progressive) return answer_whole_file(admitted, files);

  auto playlist = files.known(request.file);
  if (!playlist && admitted.file.kind == Kind::iframe_playlist) {
    auto made = iframe_playlist(admitted, files);
    if (!made) return made.error();
    playlist = std::move(*made);
  }
  if (!playlist) playlist = files.render(admitted.file, request.file);
  if (!playlist) return answer_blob(admitted);
  tell_watched(*asset, admitted.file);
  return playlist->answer(content_request(request, *token));
}

Result<http::Response> MediaDelivery::answer_blob(const Admitted& admitted) {
  const auto& request = admitted.request;
  const auto open = open_files_.open(request.asset, request.file);
  if (!open) return unless_missing(open.error());
  tell_watched(admitted.asset, admitted.file);
  return file_response(request, admitted.token, **open, admitted.pass);
}

Result<http::Response> MediaDelivery::answer_whole_file(const Admitted& admitted,
                                                        const AssetFiles& files) {
  if (!files.has_whole(admitted.file.rendition))
    return files.asset().state == AssetState::ready ? not_found() : not_ready();
  const auto& request = admitted.request;
  const std::string name(BlobName(request.asset, request.file).text());
  auto whole = whole_files_.get(name).value_or(nullptr);
  if (!whole) {
    auto made = assemble_whole_file(blobs_, admitted.asset, files.plan(), admitted.file.rendition);
    if (!made) return unless_missing(made.error());
    whole = std::make_shared<const WholeFile>(admitted.asset, request.file, std::move(*made),
                                              open_files_);
    whole_files_.put(name, whole);
  }
  return whole_file_response(request, admitted.token, std::move(whole), admitted.pass);
}

Result<http::ContentPtr> MediaDelivery::iframe_playlist(const Admitted& admitted,
                                                        const AssetFiles& files) {
  const auto rendition = admitted.file.rendition;
  if (files.asset().state != AssetState::ready) return not_ready();
  const auto heads =
      read_segment_heads(blobs_, admitted.asset, rendition, files.plan().segments.size());
  if (!heads) return unless_missing(heads.error());
  const auto iframes = iframes_of(*heads);
  if (!iframes) return iframes.error();
  return files.render_iframes(admitted.file, admitted.request.file, *iframes);
}

std::shared_ptr<SegmentRequests::Wish> MediaDelivery::want(const MediaRequest& request,
                                                           std::function<void()> wake) {
  const auto asset = AssetId::parse(request.asset);
  const auto file = parse_media_file(request.file);
  if (!requests_ || !asset || file.kind != Kind::segment) return nullptr;
  return requests_->want(*asset, file.rendition, file.number, std::move(wake));
}

bool MediaDelivery::must_tell(AssetId asset, const MediaFile& file) {
  const bool is_watching = file.kind == Kind::media_playlist || file.kind == Kind::segment;
  if (!requests_ || !is_watching || is_sound(file.rendition)) return false;
  const auto told = told_watched_.get(asset);
  return !told || clock_.now() - *told >= options_.watched_interval;
}

void MediaDelivery::tell_watched(AssetId asset, const MediaFile& file) {
  if (!must_tell(asset, file)) return;
  told_watched_.put(asset, clock_.now());
  requests_->watched(asset);
}

void MediaDelivery::tend() {
  open_files_.close_idle();
  gate_.refresh();
}

bool MediaDelivery::is_current(const RenderedFiles& rendered) const {
  return clock_.now() - rendered.known_at < options_.known_record;
}

Result<std::shared_ptr<const MediaDelivery::RenderedFiles>> MediaDelivery::rendered_files(
    AssetId id) {
  const auto known = rendered_.get(id);
  if (known && is_current(**known)) return *known;
  return read_files(id);
}

Result<std::shared_ptr<const MediaDelivery::RenderedFiles>> MediaDelivery::read_files(AssetId id) {
  const auto known = rendered_.get(id);
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
  const auto* before = known ? &(*known)->files : nullptr;
  std::shared_ptr<const RenderedFiles> rendered(
      new RenderedFiles{AssetFiles(std::move(*plan), std::move(asset), before), now});
  rendered_.put(id, rendered);
  return rendered;
}

}  // namespace weike::playback
