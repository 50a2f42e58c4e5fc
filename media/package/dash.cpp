#include "media/package/fmp4.hpp"
#include "media/package/renditions.hpp"

#include <iterator>

// ISO/IEC 23009-1. Times are those after the edit list of the init segment, which begins the track
// at its first picture, so the manifest needs no presentationTimeOffset.
namespace weike::media {
namespace {

std::string escaped(std::string_view text) {
  std::string result;
  for (const char each : text) {
    if (static_cast<unsigned char>(each) < 0x20) continue;
    switch (each) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        result += each;
    }
  }
  return result;
}

std::string attribute(std::string_view name, std::string_view value) {
  return " " + std::string(name) + "=\"" + escaped(value) + "\"";
}

std::string attribute(std::string_view name, std::int64_t value) {
  return attribute(name, std::to_string(value));
}

double seconds_of(const Plan& plan) {
  return static_cast<double>(plan.frame_count) / plan.frame_rate.value();
}

std::string iso_duration(double seconds) { return "PT" + decimal(seconds, 3) + "S"; }

// The files of every representation of an adaptation set, and when each segment begins.
class Timeline {
 public:
  explicit Timeline(std::int64_t timescale) : timescale_(timescale) {}

  void add(std::int64_t duration) {
    if (!runs_.empty() && runs_.back().duration == duration) {
      ++runs_.back().count;
    } else {
      runs_.push_back({duration, 1});
    }
  }

  std::string text() const {
    std::string text = "      <SegmentTemplate" + attribute("timescale", timescale_) +
                       " initialization=\"$RepresentationID$/init.mp4\""
                       " media=\"$RepresentationID$/$Number$.m4s\" startNumber=\"0\">\n"
                       "        <SegmentTimeline>\n";
    std::int64_t time = 0;
    for (const Run& run : runs_) {
      text += "          <S" + attribute("t", time) + attribute("d", run.duration);
      if (run.count > 1) text += attribute("r", run.count - 1);
      text += "/>\n";
      time += run.duration * run.count;
    }
    return text + "        </SegmentTimeline>\n      </SegmentTemplate>\n";
  }

 private:
  struct Run {
    std::int64_t duration = 0;
    std::int64_t count = 0;
  };
  std::int64_t timescale_;
  std::vector<Run> runs_;
};

std::string video_timeline(const Plan& plan) {
  const VideoTiming timing = video_timing(plan.frame_rate);
  Timeline timeline(timing.timescale);
  for (const Segment& segment : plan.segments)
    timeline.add(segment.frame_count * timing.frame_ticks);
  return timeline.text();
}

std::string audio_timeline(const Plan& plan) {
  Timeline timeline(kAudioRate);
  for (const Segment& segment : plan.segments)
    timeline.add(segment.audio_frame_count * kAudioFrameSamples);
  return timeline.text();
}

std::string adaptation_set(std::string_view attributes, const std::string& content) {
  return "    <AdaptationSet" + std::string(attributes) + ">\n" + content +
         "    </AdaptationSet>\n";
}

// Empty if there is no rung of that codec.
std::string video_set(const Plan& plan, const OfferedMedia& offered, VideoCodec codec) {
  std::string rungs;
  for (const VideoRung& rung : offered_video(plan, offered)) {
    if (rung.codec != codec) continue;
    rungs += "      <Representation" + attribute("id", rung.name) +
             attribute("bandwidth", declared_rate(rung, offered.rates).peak_bps) +
             attribute("codecs", video_codecs(plan, rung)) + attribute("width", rung.width) +
             attribute("height", rung.height) +
             attribute("frameRate", std::to_string(plan.frame_rate.num) + "/" +
                                        std::to_string(plan.frame_rate.den)) +
             " sar=\"1:1\"/>\n";
  }
  if (rungs.empty()) return "";
  return adaptation_set(
      " contentType=\"video\" mimeType=\"video/mp4\" segmentAlignment=\"true\" startWithSAP=\"1\"",
      video_timeline(plan) + rungs);
}

std::string audio_set(const Plan& plan, const OfferedMedia& offered) {
  if (plan.audio.empty()) return "";
  std::string content =
      "      <AudioChannelConfiguration"
      " schemeIdUri=\"urn:mpeg:dash:23003:3:audio_channel_configuration:2011\"" +
      attribute("value", plan.audio.front().channels) + "/>\n" + audio_timeline(plan);
  for (const AudioRung& rung : plan.audio) {
    content += "      <Representation" + attribute("id", rung.name) +
               attribute("bandwidth", declared_rate(rung, offered.rates).peak_bps) +
               attribute("codecs", kSoundCodecs) + attribute("audioSamplingRate", kAudioRate) +
               "/>\n";
  }
  return adaptation_set(
      " contentType=\"audio\" mimeType=\"audio/mp4\" segmentAlignment=\"true\" startWithSAP=\"1\"",
      content);
}

std::string caption_set(const CaptionTrack& track) {
  constexpr std::int64_t kTextBps = 1000;  // About what speech in letters needs.
  return adaptation_set(
      " contentType=\"text\" mimeType=\"text/vtt\"" + attribute("lang", track.language),
      "      <Label>" + escaped(track.label) +
          "</Label>\n"
          "      <Role schemeIdUri=\"urn:mpeg:dash:role:2011\" value=\"caption\"/>\n"
          "      <Representation" +
          attribute("id", "captions-" + track.id) + attribute("bandwidth", kTextBps) +
          ">\n        <BaseURL>captions/" + escaped(track.id) +
          ".vtt</BaseURL>\n      </Representation>\n");
}

}  // namespace

std::string dash_manifest(const Plan& plan, const OfferedMedia& offered) {
  std::string text =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\""
      " profiles=\"urn:mpeg:dash:profile:isoff-live:2011\" type=\"static\"" +
      attribute("mediaPresentationDuration", iso_duration(seconds_of(plan))) +
      attribute("minBufferTime", iso_duration(static_cast<double>(target_duration(plan)))) +
      attribute("maxSegmentDuration", iso_duration(static_cast<double>(target_duration(plan)))) +
      ">\n  <Period id=\"0\" start=\"PT0S\">\n";
  text += video_set(plan, offered, VideoCodec::h264);
  text += video_set(plan, offered, VideoCodec::av1);
  text += audio_set(plan, offered);
  for (const CaptionTrack& track : with_distinct_labels(offered.captions))
    text += caption_set(track);
  return text + "  </Period>\n</MPD>\n";
}

}  // namespace weike::media
