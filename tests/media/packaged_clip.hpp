#pragma once

#include "media/package/playlists.hpp"
#include "media/package/progressive.hpp"
#include "tests/media/clips.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace weike::media::test {

// A short clip with all its files on the disk as a finished asset has them, and every playlist.
class PackagedClip {
 public:
  // 8 s of a test picture at 30000/1001 with a tone: three segments in two rungs and two sounds.
  // Made once for the whole test program.
  static const PackagedClip& shared();

  explicit PackagedClip(const std::string& ffmpeg_input);

  const Plan& plan() const { return plan_; }
  std::filesystem::path path(const std::string& name) const { return folder_.path(name); }
  std::span<const std::byte> file(const std::string& name) const { return sink_.files.at(name); }

  std::vector<std::string> renditions() const;
  std::vector<std::uint64_t> sizes(const std::string& rendition) const;
  std::vector<SegmentIndex> indexes(const std::string& rendition) const;
  std::vector<ByteRange> iframes(const std::string& rendition) const;
  // As at ready: every rung with its measured rates.
  OfferedMedia offered() const;

  // "v360.mp4" with the larger sound, written to the disk.
  std::filesystem::path write_progressive(const std::string& rendition) const;

 private:
  void write_playlists() const;

  TempFolder folder_;
  MemorySink sink_;
  Plan plan_;
};

// Captions as an asset has them, whose file lies in the folder of `shared()`.
CaptionTrack sample_captions();

// One number a line, as ffprobe prints them; lines that hold none are left out.
std::vector<double> numbers_of(const std::string& text);
// What ffprobe prints of `file` for `query`, values only.
std::string probed(const std::filesystem::path& file, const std::string& query);

}  // namespace weike::media::test
