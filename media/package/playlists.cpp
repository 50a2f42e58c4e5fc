#include "media/package/playlists.hpp"

#include "media/package/renditions.hpp"

#include <iterator>

namespace weike::media {
namespace {

constexpr const char* kHead = "#EXTM3U\n#EXT-X-VERSION:7\n";
constexpr const char* kCaptionGroup = "captions";

std::string in_quotes(std::string_view text) { return '"' + quotable(text) + '"'; }

// Players start with the first variant: 480p, about what a phone's data line carries.
std::vector<VideoRung> in_starting_order(std::vector<VideoRung> rungs) {
  const auto first = std::find_if(rungs.begin(), rungs.end(), [](const VideoRung& rung) {
    return is_small(rung) && rung.codec == VideoCodec::h264;
  });
  if (first != rungs.end()) std::rotate(rungs.begin(), first, std::next(first));
  return rungs;
}

std::string bandwidth(std::int64_t peak_bps, std::int64_t average_bps) {
  std::string text = "BANDWIDTH=" + std::to_string(peak_bps);
  if (average_bps > 0) text += ",AVERAGE-BANDWIDTH=" + std::to_string(average_bps);
  return text;
}

std::string resolution(const VideoRung& rung) {
  return ",RESOLUTION=" + std::to_string(rung.width) + "x" + std::to_string(rung.height);
}

std::string groups(const AudioRung* sound, const OfferedMedia& offered) {
  std::string text;
  if (sound) text += ",AUDIO=" + in_quotes(sound->name);
  if (!offered.captions.empty()) text += ",SUBTITLES=" + in_quotes(kCaptionGroup);
  // Else some players list captions within the pictures (CEA-608), which are never there.
  return text + ",CLOSED-CAPTIONS=NONE";
}

std::string sound_rendition(const AudioRung& sound) {
  return "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=" + in_quotes(sound.name) +
         ",NAME=\"main\",DEFAULT=YES,AUTOSELECT=YES,CHANNELS=" +
         in_quotes(std::to_string(sound.channels)) +
         ",URI=" + in_quotes(sound.name + "/index.m3u8") + "\n";
}

// Captions are off until the viewer, or the system's language setting, asks for them.
std::string caption_rendition(const CaptionTrack& track) {
  return std::string("#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=") + in_quotes(kCaptionGroup) +
         ",NAME=" + in_quotes(track.label) + ",LANGUAGE=" + in_quotes(track.language) +
         ",DEFAULT=NO,AUTOSELECT=YES,FORCED=NO,URI=" + in_quotes("captions/" + track.id + ".m3u8") +
         "\n";
}

// One #EXT-X-STREAM-INF and its URI. Its rate is that of picture and sound together.
std::string variant(const Plan& plan, const VideoRung& rung, const OfferedMedia& offered) {
  const AudioRung* sound = sound_for(plan, rung);
  const DeclaredRate picture_rate = declared_rate(rung, offered.rates);
  const DeclaredRate sound_rate = sound ? declared_rate(*sound, offered.rates) : DeclaredRate{};
  const bool is_measured = picture_rate.average_bps > 0 && (!sound || sound_rate.average_bps > 0);
  const auto average = is_measured ? picture_rate.average_bps + sound_rate.average_bps : 0;
  std::string codecs = video_codecs(plan, rung);
  if (sound) codecs.append(",").append(kSoundCodecs);
  return "#EXT-X-STREAM-INF:" + bandwidth(picture_rate.peak_bps + sound_rate.peak_bps, average) +
         ",CODECS=" + in_quotes(codecs) + resolution(rung) +
         ",FRAME-RATE=" + decimal(plan.frame_rate.value(), 3) + groups(sound, offered) + "\n" +
         rung.name + "/index.m3u8\n";
}

// For listeners, and for lines that carry no picture.
std::string sound_variant(const AudioRung& sound, const OfferedMedia& offered) {
  const DeclaredRate rate = declared_rate(sound, offered.rates);
  return "#EXT-X-STREAM-INF:" + bandwidth(rate.peak_bps, rate.average_bps) +
         ",CODECS=" + in_quotes(kSoundCodecs) + groups(&sound, offered) + "\n" + sound.name +
         "/index.m3u8\n";
}

std::string iframe_variant(const Plan& plan, const VideoRung& rung, const OfferedMedia& offered) {
  const DeclaredRate rate = declared_rate(rung, offered.rates);
  if (rate.iframe_peak_bps == 0) return "";
  return "#EXT-X-I-FRAME-STREAM-INF:" + bandwidth(rate.iframe_peak_bps, rate.iframe_average_bps) +
         ",CODECS=" + in_quotes(video_codecs(plan, rung)) + resolution(rung) +
         ",URI=" + in_quotes(rung.name + "/iframes.m3u8") + "\n";
}

// Up to the first segment; everything here is a VOD playlist.
std::string vod_head(std::int64_t target_duration, std::string_view more_tags) {
  return kHead + ("#EXT-X-TARGETDURATION:" + std::to_string(target_duration)) +
         "\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n" + std::string(more_tags);
}

std::string segment_line(double seconds) { return "#EXTINF:" + decimal(seconds, 6) + ",\n"; }

}  // namespace

std::string master_playlist(const Plan& plan, const OfferedMedia& offered) {
  std::string text = std::string(kHead) + "#EXT-X-INDEPENDENT-SEGMENTS\n";
  for (const AudioRung& sound : plan.audio) text += sound_rendition(sound);
  for (const CaptionTrack& track : with_distinct_labels(offered.captions))
    text += caption_rendition(track);
  const auto rungs = in_starting_order(offered_video(plan, offered));
  for (const VideoRung& rung : rungs) text += variant(plan, rung, offered);
  if (!plan.audio.empty()) text += sound_variant(plan.audio.back(), offered);
  for (const VideoRung& rung : rungs) text += iframe_variant(plan, rung, offered);
  return text;
}

std::string media_playlist(const Plan& plan, std::string_view rendition) {
  if (!plan.find_video(rendition) && !plan.find_audio(rendition)) return "";
  std::string text =
      vod_head(target_duration(plan), "#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MAP:URI=\"init.mp4\"\n");
  for (const Segment& segment : plan.segments) {
    text += segment_line(segment_seconds(plan, segment, rendition));
    text += std::to_string(segment.number) + ".m4s\n";
  }
  return text + "#EXT-X-ENDLIST\n";
}

std::string iframe_playlist(const Plan& plan, std::string_view rendition,
                            std::span<const ByteRange> iframes) {
  if (!plan.find_video(rendition) || iframes.size() != plan.segments.size()) return "";
  std::string text = vod_head(target_duration(plan),
                              "#EXT-X-I-FRAMES-ONLY\n#EXT-X-INDEPENDENT-SEGMENTS\n"
                              "#EXT-X-MAP:URI=\"init.mp4\"\n");
  for (std::size_t i = 0; i < iframes.size(); ++i) {
    // A picture stands until the next one of the list.
    text += segment_line(segment_seconds(plan, plan.segments[i], rendition));
    text += "#EXT-X-BYTERANGE:" + std::to_string(iframes[i].length) + "@" +
            std::to_string(iframes[i].offset) + "\n" + std::to_string(plan.segments[i].number) +
            ".m4s\n";
  }
  return text + "#EXT-X-ENDLIST\n";
}

std::string caption_playlist(const Plan& plan, std::string_view caption_id) {
  const double seconds = static_cast<double>(plan.frame_count) / plan.frame_rate.value();
  const auto target = static_cast<std::int64_t>(seconds + 1);
  return vod_head(target, "") + segment_line(seconds) + std::string(caption_id) +
         ".vtt\n#EXT-X-ENDLIST\n";
}

std::string master_name(std::span<const std::string> tags) {
  std::string name = "master";
  for (const std::string& tag : tags) name.append(".").append(tag);
  return name + ".m3u8";
}

std::vector<std::string> media_files(const Plan& plan) {
  std::vector<std::string> names;
  const auto add_rendition = [&](const std::string& rendition) {
    names.push_back(rendition + "/init.mp4");
    for (const Segment& segment : plan.segments)
      names.push_back(rendition + "/" + std::to_string(segment.number) + ".m4s");
  };
  for (const VideoRung& rung : plan.video) add_rendition(rung.name);
  for (const AudioRung& rung : plan.audio) add_rendition(rung.name);
  names.emplace_back("poster.jpg");
  names.emplace_back("poster_small.jpg");
  return names;
}

}  // namespace weike::media
