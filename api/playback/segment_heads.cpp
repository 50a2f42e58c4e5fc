#include "api/playback/segment_heads.hpp"

#include "api/assets/asset_service.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <span>
#include <string>

namespace weike::playback {
namespace {

// The first bytes of the file, as many as `into` takes or the file has.
Result<std::span<const std::byte>> read_begin(const storage::OpenFile& file,
                                              std::span<std::byte> into) {
  std::size_t filled = 0;
  while (filled < into.size()) {
    const auto got = ::pread(file.descriptor(), into.data() + filled, into.size() - filled,
                             static_cast<off_t>(filled));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Error{ErrorCode::unavailable, "cannot read a segment"};
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  return std::span<const std::byte>(into.first(filled));
}

}  // namespace

Result<std::vector<media::SegmentIndex>> read_segment_heads(storage::BlobStore& blobs,
                                                            AssetId asset,
                                                            std::string_view rendition,
                                                            std::size_t segments) {
  std::vector<std::byte> buffer(media::kSegmentHeadBytes);
  std::vector<media::SegmentIndex> all;
  all.reserve(segments);
  for (std::size_t number = 0; number < segments; ++number) {
    const auto name = std::string(rendition) + "/" + std::to_string(number) + ".m4s";
    const auto file = blobs.open(assets::blob_name(asset, name));
    if (!file) return file.error();
    const auto head = read_begin(**file, buffer);
    if (!head) return head.error();
    auto index = media::read_segment_index(*head, (*file)->size_bytes());
    if (!index) return index.error();
    all.push_back(std::move(*index));
  }
  return all;
}

Result<std::vector<media::ByteRange>> iframes_of(const std::vector<media::SegmentIndex>& segments) {
  std::vector<media::ByteRange> ranges;
  ranges.reserve(segments.size());
  for (const auto& segment : segments) {
    const auto range = segment.iframe();
    if (!range) return Error{ErrorCode::corrupt, "a segment begins without a key picture"};
    ranges.push_back(*range);
  }
  return ranges;
}

}  // namespace weike::playback
