#pragma once

#include "api/http/message.hpp"
#include "api/playback/media_replies.hpp"
#include "api/playback/open_files.hpp"
#include "media/package/progressive.hpp"
#include "media/plan/plan.hpp"
#include "model/error.hpp"
#include "model/id.hpp"
#include "storage/blob/blob_store.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weike::playback {

// "{rung}.mp4": a head that is kept in memory, and stretches of the asset's segments behind it
// (docs/decisions/0010). Immutable; threads may share it.
class WholeFile final : public http::PiecedFile {
 public:
  // `name` as the path has it: "v720.mp4". `files` must outlive it.
  WholeFile(AssetId asset, std::string_view name, media::ProgressiveFile made, OpenFiles& files);

  std::uint64_t size_bytes() const { return size_bytes_; }
  const FileFields& fields() const { return fields_; }

  std::optional<Piece> at_hand(std::uint64_t at) const override;
  // Fails with `not_found` when its segment was erased meanwhile.
  Result<Piece> open(std::uint64_t at) const override;

 private:
  // A stretch of a segment, and where it stands in the whole.
  struct Stretch {
    std::uint64_t begin = 0;
    std::string file;  // "v720/3.m4s"
    media::ByteRange range;
  };
  Piece head_from(std::uint64_t at) const;
  const Stretch& stretch_at(std::uint64_t at) const;
  Piece rest_of(const Stretch& stretch, const ServedFile& segment, std::uint64_t at) const;

  const std::string asset_;
  const std::string head_;
  const FileFields fields_;
  std::vector<Stretch> stretches_;
  std::uint64_t size_bytes_ = 0;
  OpenFiles& files_;
};

// From the segments of a video rung and of the plan's first sound, all of which must be made:
// `not_found` if one is not, `corrupt` if they do not fit together.
Result<media::ProgressiveFile> assemble_whole_file(storage::BlobStore& blobs, AssetId asset,
                                                   const media::Plan& plan,
                                                   std::string_view rendition);

}  // namespace weike::playback
