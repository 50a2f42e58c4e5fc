#include "server/jobs/reel_winder.hpp"

#include "api/assets/asset_service.hpp"
#include "media/images/reel.hpp"
#include "media/sandbox/frame.hpp"
#include "server/jobs/segment_entry.hpp"

#include <optional>
#include <span>
#include <string>

namespace weike::server {
namespace {

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

}  // namespace

Result<media::MemoryFile> wind_reel(storage::BlobStore& blobs, AssetId asset,
                                    const media::Plan& plan) {
  const auto& rendition = media::reel_rendition(plan);
  const auto read = [&](const std::string& file) {
    return blobs.read(assets::blob_name(asset, file), media::kMaxOutputBytes);
  };
  auto reel = media::MemoryFile::create("weike-reel");
  if (!reel) return reel;
  const auto init = read(rendition + "/init.mp4");
  if (!init) return init.error();
  if (auto begun = reel->append(bytes_of(*init)); !begun) return begun.error();

  std::string segment;
  std::optional<std::uint32_t> number;  // Of `segment`.
  for (const auto& frame : media::reel_frames(plan)) {
    if (number != frame.segment) {
      auto text = read(SegmentName{rendition, frame.segment}.file());
      if (!text) return text.error();
      segment = std::move(*text);
      number = frame.segment;
    }
    const auto fragment = media::reel_fragment(plan, frame, bytes_of(segment));
    if (!fragment) continue;
    if (reel->size_bytes() + fragment->size() > media::kMaxReelBytes) break;
    if (auto added = reel->append(*fragment); !added) return added.error();
  }
  if (auto sealed = reel->seal(); !sealed) return sealed.error();
  return reel;
}

}  // namespace weike::server
