#include "media/plan/make_plan.hpp"

#include "media/av/av_error.hpp"
#include "media/package/fmp4.hpp"
#include "media/plan/background_rung.hpp"
#include "media/plan/ladder.hpp"
#include "media/plan/pass_through.hpp"
#include "media/plan/stills.hpp"

#include <algorithm>
#include <cmath>

namespace weike::media {
namespace {

constexpr double kLongestAspect = 3.0;

// The AAC frame nearest to the start of video frame `frame`.
std::int64_t audio_frame_at(std::int64_t frame, Rational frame_rate) {
  const std::int64_t divisor = kAudioFrameSamples * frame_rate.num;
  return (frame * frame_rate.den * kAudioRate + divisor / 2) / divisor;
}

// What is shown of a source, in the container's time.
struct Shown {
  std::int64_t from_us = 0;
  std::int64_t to_us = 0;    // Of the pictures; not before `from_us`.
  std::int64_t held_us = 0;  // How long the last picture is held from there on.
};

// How long the last picture can be held because the sound goes on: 2 s at most. A fifth of a second
// more or less is what cameras and muxers leave there by chance.
std::int64_t longest_hold_us(const SourceFacts& facts) {
  constexpr std::int64_t kByChance = 200'000;
  constexpr std::int64_t kLongest = 2'000'000;
  if (!facts.audio) return 0;
  const std::int64_t surplus = facts.audio->end_us - facts.video.end_us;
  return surplus > kByChance ? std::min(surplus, kLongest) : 0;
}

// A frame that begins within a frame's time after `in` is the first one, so that none from before
// it shows up; else the picture that stands at `in` is.
std::int64_t first_shown_us(const VideoFacts& video, const Trim& trim, Rational frame_rate) {
  constexpr std::int64_t kRounding = 1'000;  // The point is told in milliseconds.
  const std::int64_t in_us = video.first_us + trim.in_ms * 1000;
  const auto frame_us = static_cast<std::int64_t>(1e6 / frame_rate.value());
  const auto next =
      std::lower_bound(video.frames_us.begin(), video.frames_us.end(), in_us - kRounding);
  return next != video.frames_us.end() && *next < in_us + frame_us ? *next : in_us;
}

// Between the points of the trim, whose out point may lie in what is held.
Shown shown_part(const SourceFacts& facts, const Trim& trim, Rational frame_rate) {
  const VideoFacts& video = facts.video;
  std::int64_t end_us = video.end_us + longest_hold_us(facts);
  if (trim.out_ms > 0) end_us = std::min(end_us, video.first_us + trim.out_ms * 1000);
  Shown part{video.first_us, std::min(video.end_us, end_us)};
  if (trim.in_ms > 0) part.from_us = first_shown_us(video, trim, frame_rate);
  part.to_us = std::max(part.from_us, part.to_us);  // The in point may lie in what is held.
  part.held_us = std::max<std::int64_t>(0, end_us - part.to_us);
  return part;
}

Result<> check_limits(const VideoFacts& video, const Shown& part, const Trim& trim,
                      const Limits& limits) {
  const std::int64_t picture_ms = (part.to_us - part.from_us) / 1000;
  // Who cuts off the beginning may be left with little but the sound's end.
  const std::int64_t duration_ms = picture_ms + (trim.in_ms > 0 ? part.held_us / 1000 : 0);
  if (std::int64_t{video.width} * video.height > limits.max_pixels)
    return rejected("frame_too_large",
                    std::to_string(video.width) + "x" + std::to_string(video.height));
  if (duration_ms < limits.min_duration_ms)
    return rejected("too_short", std::to_string(duration_ms) + " ms");
  if (duration_ms > limits.max_duration_ms)
    return rejected("too_long", std::to_string(duration_ms) + " ms");
  return {};
}

std::int64_t frames_in(std::int64_t duration_us, Rational frame_rate) {
  return std::llround(static_cast<double>(duration_us) / 1e6 * frame_rate.value());
}

std::vector<AudioRung> sound_ladder(const AudioFacts& audio) {
  const int channels = audio.channels == 1 ? 1 : 2;
  return {{"a128", 128, channels}, {"a64", 64, channels}};
}

}  // namespace

Segment make_segment(std::uint32_t number, std::int64_t first_frame, std::int64_t end_frame,
                     Rational frame_rate, bool has_audio) {
  Segment segment;
  segment.number = number;
  segment.first_frame = first_frame;
  segment.frame_count = end_frame - first_frame;
  if (has_audio) {
    segment.first_audio_frame = audio_frame_at(first_frame, frame_rate);
    segment.audio_frame_count = audio_frame_at(end_frame, frame_rate) - segment.first_audio_frame;
  }
  return segment;
}

std::vector<Segment> cut_segments(std::int64_t frame_count, int gop_frames, Rational frame_rate,
                                  bool has_audio) {
  std::vector<Segment> segments;
  std::int64_t first = 0;
  while (first < frame_count) {
    std::int64_t count = segments.empty() ? gop_frames : 2 * gop_frames;
    const std::int64_t left = frame_count - first;
    if (left - count < gop_frames) count = left;  // No segment is shorter than a GOP.
    segments.push_back(make_segment(static_cast<std::uint32_t>(segments.size()), first,
                                    first + count, frame_rate, has_audio));
    first += count;
  }
  return segments;
}

Result<Plan> make_plan(const SourceFacts& facts, const ProbeTask& task) {
  const VideoFacts& video = facts.video;
  const Rational frame_rate = output_rate(video.rate);
  const Shown part = shown_part(facts, task.trim, frame_rate);
  if (auto checked = check_limits(video, part, task.trim, task.limits); !checked)
    return checked.error();
  const ShownSize shown =
      shown_size(video.width, video.height, video.sample_aspect, video.orientation);
  if (std::max(shown.width, shown.height) > kLongestAspect * std::min(shown.width, shown.height))
    return rejected("bad_aspect", "longer than 3:1");
  if (std::min(shown.width, shown.height) < 16) return rejected("bad_aspect", "below 16 pixels");

  Plan plan;
  plan.source_sha256 = task.source_sha256;
  plan.trim = task.trim;
  plan.video_stream = video.stream;
  plan.video_start_us = part.from_us;
  plan.frame_rate = frame_rate;
  const std::int64_t picture_frames = frames_in(part.to_us - part.from_us, frame_rate);
  plan.frame_count = std::max<std::int64_t>(1, picture_frames);
  plan.gop_frames = static_cast<int>(std::lround(2 * plan.frame_rate.value()));
  plan.source_width = video.width;
  plan.source_height = video.height;
  plan.sample_aspect = video.sample_aspect;
  plan.orientation = video.orientation;
  plan.tone_curve = video.tone_curve;
  plan.is_interlaced = video.is_interlaced;
  plan.skips_stills = task.options.may_skip_stills &&
                      worth_skipping_stills(video, part.from_us, part.to_us, plan.frame_count);
  // A picture that is nothing but held is shown once and then held.
  plan.held_frames = std::max<std::int64_t>(
      0, picture_frames + frames_in(part.held_us, frame_rate) - plan.frame_count);
  plan.frame_count += plan.held_frames;
  plan.video = make_ladder(shown);
  if (facts.audio) {
    plan.audio_stream = facts.audio->stream;
    plan.audio_start_us = facts.audio->first_us - plan.video_start_us;
    plan.audio = sound_ladder(*facts.audio);
  }
  plan.segments =
      cut_segments(plan.frame_count, plan.gop_frames, plan.frame_rate, facts.audio.has_value());
  consider_copy(facts, task.options, plan);
  if (task.options.has_av1) plan.background = background_rung(plan.video);
  return plan;
}

}  // namespace weike::media
