#include "media/sandbox/check_plan.hpp"

#include <algorithm>
#include <set>

namespace weike::media {
namespace {

Error lie(const std::string& what) { return {ErrorCode::corrupt, "the child handed back " + what}; }

template <class Rungs>
bool are_named(const Rungs& rungs, char kind) {
  std::set<std::string> names;
  for (const auto& rung : rungs) {
    if (!is_rendition(rung.name, kind) || !names.insert(rung.name).second) return false;
  }
  return rungs.size() <= kMaxRungs;
}

bool has_only(std::string_view text, std::size_t longest, bool (*is_allowed)(char)) {
  return text.size() <= longest && std::all_of(text.begin(), text.end(), is_allowed);
}

// What playlists and pages take over as it is.
bool are_words_sound(const Plan& plan) {
  const auto is_codec_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.';
  };
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  const auto is_word_letter = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  const auto is_sound = [&](const VideoRung* rung) {
    return has_only(rung->codecs, 32, is_codec_letter) && has_only(rung->init_sha256, 64, is_hex);
  };
  const auto rungs = picture_rungs(plan);
  return std::all_of(rungs.begin(), rungs.end(), is_sound) &&
         has_only(plan.copied_refused, 32, is_word_letter);
}

bool are_picture_sizes_sound(const Plan& plan) {
  const auto rungs = picture_rungs(plan);
  return std::all_of(rungs.begin(), rungs.end(), [](const VideoRung* rung) {
    const auto is_side = [](int side) { return side >= 2 && side <= 8192 && side % 2 == 0; };
    return is_side(rung->width) && is_side(rung->height) && rung->max_kbps > 0 &&
           rung->delay >= 0 && rung->delay <= 16;
  });
}

bool stands_for(const VideoRung& other, const VideoRung& rung, std::string_view tail) {
  return other.name == rung.name + std::string(tail) && other.width == rung.width &&
         other.height == rung.height;
}

// The rungs beside the ladder take the place of one of its own.
bool are_other_rungs_sound(const Plan& plan) {
  const bool are_plain = std::all_of(plan.video.begin(), plan.video.end(), [](const auto& rung) {
    return rung.codec == VideoCodec::h264 && rung.name.find('-') == std::string::npos;
  });
  const bool is_copy_fine =
      !plan.copied || (stands_for(*plan.copied, plan.video.front(), "-source") &&
                       plan.copied->codec == VideoCodec::h264 && plan.trim == Trim{});
  const bool is_background_fine =
      !plan.background ||
      (plan.background->codec == VideoCodec::av1 &&
       std::any_of(plan.video.begin(), plan.video.end(), [&](const VideoRung& rung) {
         return stands_for(*plan.background, rung, "-av1");
       }));
  return are_plain && is_copy_fine && is_background_fine;
}

bool are_segments_whole(const Plan& plan) {
  std::uint32_t number = 0;
  std::int64_t frame = 0;
  std::int64_t audio_frame = plan.segments.empty() ? 0 : plan.segments.front().first_audio_frame;
  for (const auto& segment : plan.segments) {
    if (segment.number != number++ || segment.first_frame != frame) return false;
    if (segment.frame_count < 1 || segment.frame_count > plan.frame_count) return false;
    if (segment.audio_frame_count < 0 || segment.audio_frame_count > 1'000'000) return false;
    if (segment.first_audio_frame != audio_frame) return false;
    frame += segment.frame_count;
    audio_frame += segment.audio_frame_count;
  }
  return number > 0 && frame == plan.frame_count;
}

// The last picture is held for 2 s at most, and never behind a copy of the source's pictures.
bool are_held_frames_sound(const Plan& plan) {
  const auto most = static_cast<std::int64_t>(2 * plan.frame_rate.value()) + 1;
  const bool is_count_sound =
      plan.held_frames >= 0 && plan.held_frames < plan.frame_count && plan.held_frames <= most;
  return is_count_sound && (plan.held_frames == 0 || !plan.copied);
}

}  // namespace

bool is_rendition(std::string_view name, char kind) {
  for (const std::string_view tail : {"-source", "-av1"}) {
    if (kind == 'v' && name.ends_with(tail)) name.remove_suffix(tail.size());
  }
  return name.size() >= 3 && name.size() <= 5 && name.front() == kind &&
         std::all_of(name.begin() + 1, name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::vector<const VideoRung*> picture_rungs(const Plan& plan) {
  std::vector<const VideoRung*> rungs;
  rungs.reserve(plan.video.size() + 2);
  for (const VideoRung& rung : plan.video) rungs.push_back(&rung);
  if (plan.copied) rungs.push_back(&*plan.copied);
  if (plan.background) rungs.push_back(&*plan.background);
  return rungs;
}

Result<> check_plan(const Plan& plan, const Limits& limits) {
  const auto& rate = plan.frame_rate;
  const bool is_rate_sound = rate.num > 0 && rate.den > 0 && rate.num <= 1'000'000'000 &&
                             rate.den <= 1'000'000'000 && rate.value() >= 1 && rate.value() <= 61;
  if (!is_rate_sound) return lie("a plan with an absurd frame rate");
  // Ahead of picture_ms(), whose result has to fit.
  if (plan.frame_count < 1 || plan.frame_count > 61 * (limits.max_duration_ms / 1000 + 2)) {
    return lie("a plan with an absurd number of frames");
  }
  if (!are_held_frames_sound(plan)) return lie("a plan that holds its last picture absurdly");
  if (plan.picture_ms() > limits.max_duration_ms + 1000) return lie("a plan that is too long");
  if (plan.gop_frames < 1 || plan.gop_frames > 300) return lie("a plan with absurd GOPs");
  if (plan.video.empty() || !are_named(plan.video, 'v') || !are_named(plan.audio, 'a')) {
    return lie("a plan with absurd renditions");
  }
  if (!are_other_rungs_sound(plan)) return lie("a plan with renditions beside its ladder");
  if (!are_words_sound(plan)) return lie("a plan with foreign words");
  if (!are_picture_sizes_sound(plan)) return lie("a plan with absurd picture sizes");
  if (!are_segments_whole(plan)) return lie("a plan whose segments do not fit together");
  return {};
}

}  // namespace weike::media
