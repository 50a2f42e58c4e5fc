#include "media/package/playlists.hpp"

#include "media/package/fmp4.hpp"
#include "media/plan/avc_level.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iterator>

namespace weike::media {
namespace {

std::string decimal(double value, int places) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", places, value);
  return text;
}

double video_seconds(const Plan& plan, const Segment& segment) {
  return static_cast<double>(segment.frame_count) / plan.frame_rate.value();
}

double audio_seconds(const Segment& segment) {
  return static_cast<double>(segment.audio_frame_count * kAudioFrameSamples) /
         static_cast<double>(kAudioRate);
}

// Both kinds of track state the same target (Apple's authoring specification, 8.2).
long target_duration(const Plan& plan) {
  double longest = 1;
  for (const Segment& segment : plan.segments)
    longest = std::max({longest, video_seconds(plan, segment), audio_seconds(segment)});
  return std::lround(std::ceil(longest - 0.0005));
}

std::string codecs(const Plan& plan, const VideoRung& rung) {
  char level[8];
  std::snprintf(level, sizeof level, "%02x",
                static_cast<unsigned>(avc_level(rung, plan.frame_rate)));
  return std::string("avc1.6400") + level + (plan.audio.empty() ? "" : ",mp4a.40.2");
}

// The small sound goes with the small pictures.
const AudioRung* sound_for(const Plan& plan, const VideoRung& rung) {
  if (plan.audio.empty()) return nullptr;
  const bool is_small = std::min(rung.width, rung.height) <= 480;
  return is_small ? &plan.audio.back() : &plan.audio.front();
}

// Players start with the first variant: 480p, about what a phone's data line carries.
std::vector<VideoRung> in_starting_order(std::vector<VideoRung> rungs) {
  const auto first = std::find_if(rungs.begin(), rungs.end(), [](const VideoRung& rung) {
    return std::min(rung.width, rung.height) <= 480;
  });
  if (first != rungs.end()) std::rotate(rungs.begin(), first, std::next(first));
  return rungs;
}

const MeasuredRate* measured(const std::vector<MeasuredRate>& rates, std::string_view rendition) {
  const auto found = std::find_if(rates.begin(), rates.end(), [&](const MeasuredRate& rate) {
    return rate.rendition == rendition;
  });
  return found == rates.end() ? nullptr : &*found;
}

// One #EXT-X-STREAM-INF and its URI.
std::string variant(const Plan& plan, const VideoRung& rung,
                    const std::vector<MeasuredRate>& rates) {
  const AudioRung* sound = sound_for(plan, rung);
  const MeasuredRate* picture_rate = measured(rates, rung.name);
  const MeasuredRate* sound_rate = sound ? measured(rates, sound->name) : nullptr;
  const bool is_measured = picture_rate && (!sound || sound_rate);
  // With a buffer of two seconds at the cap, a segment of four may peak at one and a half of it.
  std::int64_t peak = rung.max_kbps * 1500LL + (sound ? sound->kbps * 1100LL : 0);
  std::string line = "#EXT-X-STREAM-INF:";
  if (is_measured) peak = picture_rate->peak_bps + (sound ? sound_rate->peak_bps : 0);
  line += "BANDWIDTH=" + std::to_string(peak);
  if (is_measured)
    line += ",AVERAGE-BANDWIDTH=" +
            std::to_string(picture_rate->average_bps + (sound ? sound_rate->average_bps : 0));
  line += ",CODECS=\"" + codecs(plan, rung) + "\"";
  line += ",RESOLUTION=" + std::to_string(rung.width) + "x" + std::to_string(rung.height);
  line += ",FRAME-RATE=" + decimal(plan.frame_rate.value(), 3);
  if (sound) line += ",AUDIO=\"" + sound->name + "\"";
  return line + "\n" + rung.name + "/index.m3u8\n";
}

}  // namespace

std::string master_playlist(const Plan& plan, const std::vector<MeasuredRate>& rates) {
  std::string text = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n";
  for (const AudioRung& sound : plan.audio) {
    text += "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"" + sound.name +
            "\",NAME=\"main\",DEFAULT=YES,AUTOSELECT=YES,CHANNELS=\"" +
            std::to_string(sound.channels) + "\",URI=\"" + sound.name + "/index.m3u8\"\n";
  }
  for (const VideoRung& rung : in_starting_order(plan.video)) text += variant(plan, rung, rates);
  return text;
}

std::string media_playlist(const Plan& plan, std::string_view rendition) {
  const bool is_video = plan.find_video(rendition) != nullptr;
  if (!is_video && !plan.find_audio(rendition)) return "";
  std::string text =
      "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:" + std::to_string(target_duration(plan)) +
      "\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n"
      "#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MAP:URI=\"init.mp4\"\n";
  for (const Segment& segment : plan.segments) {
    const double seconds = is_video ? video_seconds(plan, segment) : audio_seconds(segment);
    text += "#EXTINF:" + decimal(seconds, 6) + ",\n" + std::to_string(segment.number) + ".m4s\n";
  }
  return text + "#EXT-X-ENDLIST\n";
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
