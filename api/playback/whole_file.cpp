#include "api/playback/whole_file.hpp"

#include "api/assets/asset_service.hpp"
#include "api/http/conditional.hpp"
#include "api/http/digest.hpp"
#include "api/playback/segment_heads.hpp"

#include <algorithm>
#include <utility>

namespace weike::playback {
namespace {

constexpr std::uint64_t kMaxInitBytes = 64 * 1024;

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

WholeFile whole_file_of(media::ProgressiveFile&& made) {
  WholeFile file;
  const auto* head = reinterpret_cast<const char*>(made.head.data());
  file.head = std::make_shared<const std::string>(head, made.head.size());
  file.pieces = std::move(made.pieces);
  file.total_bytes = made.total_bytes;
  // The head holds the size of every sample; the samples depend on the plan alone.
  file.etag = http::quoted_tag(http::to_hex(http::sha256(*file.head)).substr(0, 32));
  std::uint64_t begin = file.head->size();
  for (const auto& piece : file.pieces) {
    file.piece_begins.push_back(begin);
    begin += piece.range.length;
  }
  return file;
}

class WholeFileParts final : public http::PartsBody {
 public:
  WholeFileParts(std::shared_ptr<const WholeFile> file, std::uint64_t offset, std::uint64_t length,
                 storage::BlobStore& blobs, AssetId asset,
                 std::shared_ptr<const http::Permit> permit)
      : file_(std::move(file)),
        length_(length),
        blobs_(blobs),
        asset_(asset),
        permit_(std::move(permit)),
        at_(offset),
        end_(offset + length) {}

  std::uint64_t length_bytes() const override { return length_; }

  Result<std::optional<Part>> next() override {
    if (at_ == end_) return std::optional<Part>();
    if (at_ < file_->head->size()) return std::optional<Part>(head_part());
    const auto& begins = file_->piece_begins;
    const auto behind = std::upper_bound(begins.begin(), begins.end(), at_);
    const auto index = static_cast<std::size_t>(behind - begins.begin()) - 1;
    auto part = piece_part(file_->pieces[index], at_ - begins[index]);
    if (!part) return part.error();
    return std::optional<Part>(std::move(*part));
  }

 private:
  Part head_part() {
    const auto begin = static_cast<std::size_t>(at_);
    const auto end = std::min<std::uint64_t>(end_, file_->head->size());
    at_ = end;
    if (begin == 0 && end == file_->head->size()) return file_->head;
    return std::make_shared<const std::string>(*file_->head, begin, end - begin);
  }

  Result<Part> piece_part(const media::FilePiece& piece, std::uint64_t skipped) {
    auto opened = blobs_.open(assets::blob_name(asset_, piece.file));
    if (!opened) return opened.error();
    const auto length = std::min(piece.range.length - skipped, end_ - at_);
    at_ += length;
    return Part{http::FileBody{std::move(*opened), piece.range.offset + skipped, length, permit_}};
  }

  const std::shared_ptr<const WholeFile> file_;
  const std::uint64_t length_;
  storage::BlobStore& blobs_;
  const AssetId asset_;
  const std::shared_ptr<const http::Permit> permit_;
  std::uint64_t at_;  // In the whole.
  const std::uint64_t end_;
};

}  // namespace

Result<std::shared_ptr<const WholeFile>> assemble_whole_file(storage::BlobStore& blobs,
                                                             AssetId asset, const media::Plan& plan,
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
  auto made = media::progressive_file(video_track, sound ? &sound_track : nullptr);
  if (!made) return made.error();
  return std::make_shared<const WholeFile>(whole_file_of(std::move(*made)));
}

std::shared_ptr<http::PartsBody> parts_of(std::shared_ptr<const WholeFile> file,
                                          std::uint64_t offset, std::uint64_t length,
                                          storage::BlobStore& blobs, AssetId asset,
                                          std::shared_ptr<const http::Permit> permit) {
  return std::make_shared<WholeFileParts>(std::move(file), offset, length, blobs, asset,
                                          std::move(permit));
}

}  // namespace weike::playback
