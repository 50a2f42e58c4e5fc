#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// A second, strict reading of HLS playlists after RFC 8216, for tests: it knows nothing of the code
// that writes them and refuses what a forgiving player would let pass.
namespace weike::media::test {

using Attributes = std::map<std::string, std::string>;  // Quoted strings without the quotes.

struct ReadVariant {
  Attributes attributes;
  std::string uri;  // Of I-frame variants their URI attribute.
};

struct ReadMaster {
  std::vector<Attributes> media;  // EXT-X-MEDIA.
  std::vector<ReadVariant> variants;
  std::vector<ReadVariant> iframe_variants;
};

struct ReadSegment {
  double seconds = 0;
  std::string uri;
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> length;  // Nothing: the whole file.
};

struct ReadMedia {
  std::int64_t target_duration = 0;
  bool is_iframes_only = false;
  std::string map_uri;
  std::vector<ReadSegment> segments;
  double total_seconds() const;
};

// Fail the test with what the playlist does wrong.
ReadMaster read_master(const std::string& text);
ReadMedia read_media(const std::string& text);

}  // namespace weike::media::test
