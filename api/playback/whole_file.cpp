#include "api/playback/whole_file.hpp"

#include "api/assets/asset_service.hpp"
#include "api/http/conditional.hpp"
#include "api/http/digest.hpp"
#include "api/playback/segment_heads.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace weike::playback {
namespace {

constexpr std::uint64_t kMaxInitBytes = std::uint64_t{64} * 1024;

// What belongs to one track; `view` points into it.
struct LoadedTrack {
  std::string rendition;
  std::string init;
  std::vector<media::SegmentIndex> segments;

  media::FinishedTrack view() const {
    return {rendition, std::as_bytes(std::span(init.data(), init.size())), segments};
  }
};

Result<LoadedTrack> load_track(storage::BlobStore& blobs, AssetId asset, const media::Plan& plan,
                               std::string_view rendition) {
  LoadedTrack track;
  track.rendition = rendition;
  auto init = blobs.read(assets::blob_name(asset, track.rendition + "/init.mp4"), kMaxInitBytes);
  if (!init) return init.error();
  track.init = std::move(*init);
  auto segments = read_segment_heads(blobs, asset, rendition, plan.segments.size());
  if (!segments) return segments.error();
  track.segments = std::move(*segments);
  return track;
}

std::string text_of(const media::Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

// The head holds the size of every sample; the samples depend on the plan alone.
WholeFile::WholeFile(AssetId asset, std::string_view name, media::ProgressiveFile made,
                     OpenFiles& files)
    : asset_(asset.text()),
      head_(text_of(made.head)),
      fields_(file_fields(name, http::quoted_tag(http::to_hex(http::sha256(head_)).substr(0, 32)))),
      size_bytes_(made.total_bytes),
      files_(files) {
  std::uint64_t begin = head_.size();
  stretches_.reserve(made.pieces.size());
  for (auto& piece : made.pieces) {
    stretches_.push_back({begin, std::move(piece.file), piece.range});
    begin += piece.range.length;
  }
}

std::optional<WholeFile::Piece> WholeFile::at_hand(std::uint64_t at) const {
  if (at < head_.size()) return head_from(at);
  const Stretch& stretch = stretch_at(at);
  const auto segment = files_.at_hand(asset_, stretch.file);
  if (!segment) return std::nullopt;
  return rest_of(stretch, *segment, at);
}

Result<WholeFile::Piece> WholeFile::open(std::uint64_t at) const {
  if (at < head_.size()) return head_from(at);
  const Stretch& stretch = stretch_at(at);
  const auto segment = files_.open(asset_, stretch.file);
  if (!segment) return segment.error();
  return rest_of(stretch, **segment, at);
}

WholeFile::Piece WholeFile::head_from(std::uint64_t at) const {
  const auto bytes = std::string_view(head_).substr(static_cast<std::size_t>(at));
  return {bytes, nullptr, 0, bytes.size()};
}

const WholeFile::Stretch& WholeFile::stretch_at(std::uint64_t at) const {
  const auto behind = std::upper_bound(
      stretches_.begin(), stretches_.end(), at,
      [](std::uint64_t place, const Stretch& stretch) { return place < stretch.begin; });
  return *std::prev(behind);
}

WholeFile::Piece WholeFile::rest_of(const Stretch& stretch, const ServedFile& segment,
                                    std::uint64_t at) const {
  const auto skipped = at - stretch.begin;
  return {{}, segment.file, stretch.range.offset + skipped, stretch.range.length - skipped};
}

Result<media::ProgressiveFile> assemble_whole_file(storage::BlobStore& blobs, AssetId asset,
                                                   const media::Plan& plan,
                                                   std::string_view rendition) {
  const auto video = load_track(blobs, asset, plan, rendition);
  if (!video) return video.error();
  std::optional<LoadedTrack> sound;
  if (!plan.audio.empty()) {
    auto loaded = load_track(blobs, asset, plan, plan.audio.front().name);
    if (!loaded) return loaded.error();
    sound = std::move(*loaded);
  }
  const auto video_track = video->view();
  const auto sound_track = sound ? sound->view() : media::FinishedTrack{};
  return media::progressive_file(video_track, sound ? &sound_track : nullptr);
}

}  // namespace weike::playback
