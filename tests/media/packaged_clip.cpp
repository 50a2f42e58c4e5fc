#include "tests/media/packaged_clip.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace weike::media::test {
namespace {

constexpr const char* kCaptionText =
    "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n\n"
    "00:00:01.000 --> 00:00:02.500\n你好\n\n00:00:05.000 --> 00:00:07.000\n再见\n\n";

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

const PackagedClip& PackagedClip::shared() {
  static const PackagedClip clip(pattern(640, 480, "30000/1001", 8) + tone(8) +
                                 "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 60 -c:a aac");
  return clip;
}

PackagedClip::PackagedClip(const std::string& ffmpeg_input) {
  const auto clip = folder_.path("clip.mp4");
  make_clip(clip, ffmpeg_input);
  plan_ = plan_of(clip, sink_);
  make_all(clip, plan_, sink_);
  for (const auto& [name, bytes] : sink_.files) {
    std::filesystem::create_directories(folder_.path(name).parent_path());
    write_file(folder_.path(name), text_of(bytes));
  }
  write_playlists();
}

std::vector<std::string> PackagedClip::renditions() const {
  std::vector<std::string> names;
  for (const auto& rung : plan_.video) names.push_back(rung.name);
  for (const auto& rung : plan_.audio) names.push_back(rung.name);
  return names;
}

std::vector<std::uint64_t> PackagedClip::sizes(const std::string& rendition) const {
  std::vector<std::uint64_t> sizes;
  for (const Segment& segment : plan_.segments)
    sizes.push_back(file(rendition + "/" + std::to_string(segment.number) + ".m4s").size());
  return sizes;
}

std::vector<SegmentIndex> PackagedClip::indexes(const std::string& rendition) const {
  std::vector<SegmentIndex> indexes;
  for (const Segment& segment : plan_.segments) {
    const auto bytes = file(rendition + "/" + std::to_string(segment.number) + ".m4s");
    const auto head = bytes.first(std::min(bytes.size(), kSegmentHeadBytes));
    const auto index = read_segment_index(head, bytes.size());
    EXPECT_TRUE(index) << rendition << ": " << index.error().message;
    if (index) indexes.push_back(*index);
  }
  return indexes;
}

std::vector<ByteRange> PackagedClip::iframes(const std::string& rendition) const {
  std::vector<ByteRange> ranges;
  for (const SegmentIndex& index : indexes(rendition))
    ranges.push_back(index.iframe().value_or(ByteRange{}));
  return ranges;
}

OfferedMedia PackagedClip::offered() const {
  OfferedMedia offered;
  for (const auto& rung : plan_.video) {
    offered.video.push_back(rung.name);
    offered.rates.push_back(measure_rate(plan_, rung.name, sizes(rung.name), iframes(rung.name)));
  }
  for (const auto& rung : plan_.audio)
    offered.rates.push_back(measure_rate(plan_, rung.name, sizes(rung.name)));
  return offered;
}

void PackagedClip::write_playlists() const {
  OfferedMedia with_captions = offered();
  with_captions.captions.push_back(sample_captions());
  const std::string id = sample_captions().id;
  write_file(path("master.m3u8"), master_playlist(plan_, offered()));
  write_file(path("master." + id + ".m3u8"), master_playlist(plan_, with_captions));
  write_file(path("manifest.mpd"), dash_manifest(plan_, offered()));
  write_file(path("manifest." + id + ".mpd"), dash_manifest(plan_, with_captions));
  for (const std::string& name : renditions())
    write_file(path(name + "/index.m3u8"), media_playlist(plan_, name));
  for (const VideoRung& rung : plan_.video)
    write_file(path(rung.name + "/iframes.m3u8"),
               iframe_playlist(plan_, rung.name, iframes(rung.name)));
  std::filesystem::create_directories(path("captions"));
  write_file(path("captions/" + id + ".vtt"), kCaptionText);
  write_file(path("captions/" + id + ".m3u8"), caption_playlist(plan_, id));
}

std::filesystem::path PackagedClip::write_progressive(const std::string& rendition) const {
  const auto pictures = indexes(rendition);
  const FinishedTrack video{rendition, file(rendition + "/init.mp4"), pictures};
  std::vector<SegmentIndex> sounds;
  FinishedTrack sound;
  if (!plan_.audio.empty()) {
    const std::string name = plan_.audio.front().name;
    sounds = indexes(name);
    sound = {name, file(name + "/init.mp4"), sounds};
  }
  const auto made = progressive_file(video, plan_.audio.empty() ? nullptr : &sound);
  EXPECT_TRUE(made) << made.error().message;
  if (!made) return {};
  std::string bytes(text_of(made->head));
  for (const FilePiece& piece : made->pieces)
    bytes += text_of(file(piece.file)).substr(piece.range.offset, piece.range.length);
  EXPECT_EQ(bytes.size(), made->total_bytes);
  const auto whole = path(rendition + ".mp4");
  write_file(whole, bytes);
  return whole;
}

CaptionTrack sample_captions() { return {"0123456789ab", "zh-CN", "中文"}; }

std::vector<double> numbers_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<double> values;
  for (std::string line; std::getline(in, line);) {
    if (!line.empty() && line != "N/A") values.push_back(std::stod(line));
  }
  return values;
}

std::string probed(const std::filesystem::path& file, const std::string& query) {
  return output_of("ffprobe -v error " + query + " -of default=nw=1:nk=1 '" + file.string() + "'");
}

}  // namespace weike::media::test
