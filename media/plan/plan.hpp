#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weike::media {

struct Rational {
  std::int64_t num = 0;
  std::int64_t den = 1;
  double value() const {
    return den == 0 ? 0 : static_cast<double>(num) / static_cast<double>(den);
  }
  bool operator==(const Rational&) const = default;
};

// Quarter turns clockwise that make the picture upright, then mirrored left to right if asked.
struct Orientation {
  int quarter_turns = 0;  // 0 to 3.
  bool is_mirrored = false;
  bool operator==(const Orientation&) const = default;
};

enum class ToneCurve { sdr, hlg, pq };

enum class VideoCodec { h264, av1 };

// One video rendition. `name` is 'v' and the short side, "v1080", "v720", "v480", "v360"; of the
// other kinds with a tail: "v1080-source" (copied), "v480-av1".
struct VideoRung {
  std::string name;
  int width = 0;  // Even, square pixels, upright.
  int height = 0;
  int crf = 23;
  int max_kbps = 700;  // x264 maxrate; bufsize is twice as much.
  // SHA-256 of the init segment, in hex: every segment's encoder must give the same parameter sets.
  std::string init_sha256 = {};
  // As playlists name it (RFC 6381). Empty: H.264 high profile at the level that the size asks for.
  std::string codecs = {};
  VideoCodec codec = VideoCodec::h264;
  // Of a copied rung, in frames: how much later than its decoding order a picture may be shown.
  int delay = 0;
};

// One audio rendition: "a128", "a64". AAC-LC, 48 kHz.
struct AudioRung {
  std::string name;
  int kbps = 128;
  int channels = 2;
  std::string init_sha256 = {};
};

// The part of the source that a lesson shows, in milliseconds after its first frame.
struct Trim {
  std::int64_t in_ms = 0;
  std::int64_t out_ms = 0;  // 0: to the end.
  bool operator==(const Trim&) const = default;
};

// Segment `number` holds frames [first_frame, first_frame + frame_count) of the output grid and the
// AAC frames (1024 samples at 48 kHz) [first_audio_frame, … + audio_frame_count).
struct Segment {
  std::uint32_t number = 0;
  std::int64_t first_frame = 0;
  std::int64_t frame_count = 0;
  std::int64_t first_audio_frame = 0;
  std::int64_t audio_frame_count = 0;
};

// Everything that decides the bytes of the output, made once after the probe and never changed:
// same source, same plan and same number give the same segment. Stored as JSON in the blob store.
struct Plan {
  int version = 2;  // Plans of version 1 know no trim, copied nor background rung.
  std::string source_sha256;
  int video_stream = 0;
  int audio_stream = -1;            // -1: no sound.
  std::int64_t video_start_us = 0;  // Of the first shown frame, in the container's time.
  std::int64_t audio_start_us = 0;  // Where sound stands against the first frame.
  Rational frame_rate;              // Of the output grid.
  std::int64_t frame_count = 0;
  std::int64_t held_frames =
      0;                 // The last of them, which hold the last picture for the sound's end.
  int gop_frames = 60;   // round(2 * fps).
  int source_width = 0;  // As coded.
  int source_height = 0;
  Rational sample_aspect{1, 1};
  Orientation orientation;
  ToneCurve tone_curve = ToneCurve::sdr;
  bool is_interlaced = false;
  Trim trim;
  // Frames that look like the last coded one are not coded again (docs/decisions/0005).
  bool skips_stills = false;
  double gain_db = 0;            // Static gain of the sound, within ±12.
  std::vector<VideoRung> video;  // Largest first.
  // The source's own pictures in place of `video.front()`, which is made only if they turn out to
  // be damaged. It is offered once every frame was decoded. Segments begin at its key frames.
  std::optional<VideoRung> copied;
  std::string copied_refused;  // Why there is none: a word of media/plan/pass_through.hpp.
  // Made late and slowly, for lessons that are watched; for players that name its codec.
  std::optional<VideoRung> background;
  std::vector<AudioRung> audio;
  std::vector<Segment> segments;

  std::uint32_t duration_ms() const;  // frame_count / frame_rate, rounded.
  std::uint32_t picture_ms() const;   // The same without the held frames.
  // The rung, of whatever kind, or nullptr when the plan has none of that name.
  const VideoRung* find_video(std::string_view name) const;
  const AudioRung* find_audio(std::string_view name) const;
};

void to_json(nlohmann::json& json, const Plan& plan);
void from_json(const nlohmann::json& json, Plan& plan);  // Throws nlohmann's exceptions.

}  // namespace weike::media
