#include "media/plan/pass_through.hpp"

#include "media/plan/make_plan.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <optional>

namespace weike::media {
namespace {

constexpr int kHighestLevel = 41;
constexpr std::int64_t kMaxJitterUs = 1'000;
constexpr double kLongestGopSeconds = 4;
constexpr double kShortestSegment = 2;
constexpr double kLongestSegment = 6;
constexpr int kMaxReorder = 16;  // Of H.264, A.4.1.

constexpr int kUnsaid = 2;
constexpr int kBt709 = 1;
constexpr int kHdSide = 720;  // Below it players take unsaid colours for BT.601.

using Refusal = const char*;  // Null: none.

Refusal profile_refusal(const AvcSequence& sequence) {
  constexpr int kBaseline = 66, kMain = 77, kHigh = 100;
  constexpr int kConstrained = 0x40;
  if (sequence.bit_depth != 8 || sequence.chroma_format != 1) return "pixel_format";
  const bool is_constrained_baseline =
      sequence.profile == kBaseline && (sequence.constraints & kConstrained) != 0;
  if (sequence.profile != kMain && sequence.profile != kHigh && !is_constrained_baseline)
    return "profile";
  return sequence.level > kHighestLevel ? "level" : nullptr;
}

bool is_bt709(const AvcSequence& sequence) {
  const bool may_be_unsaid = std::min(sequence.width, sequence.height) >= kHdSide;
  const auto fits = [&](int value) {
    return value == kBt709 || (value == kUnsaid && may_be_unsaid);
  };
  // BT.601 and both BT.2020 transfer functions are the same curve as BT.709's.
  const auto is_same_curve = [](int transfer) {
    return transfer == 6 || transfer == 14 || transfer == 15;
  };
  return fits(sequence.primaries) && fits(sequence.matrix) &&
         (fits(sequence.transfer) || is_same_curve(sequence.transfer)) && !sequence.is_full_range;
}

Refusal picture_refusal(const VideoFacts& video, const AvcSequence& sequence,
                        const VideoRung& top) {
  if (video.orientation != Orientation{}) return "rotation";
  if (!sequence.has_square_samples || video.sample_aspect != Rational{1, 1}) return "sample_aspect";
  if (const Refusal refusal = profile_refusal(sequence)) return refusal;
  if (video.is_interlaced || !sequence.has_frames_only) return "interlaced";
  if (video.tone_curve != ToneCurve::sdr || !is_bt709(sequence)) return "colour";
  const bool has_top_size = sequence.width == top.width && sequence.height == top.height &&
                            video.width == top.width && video.height == top.height;
  return has_top_size ? nullptr : "size";
}

// The places of the pictures on the output grid, in decoding order. Nothing unless they are all its
// places, each once.
std::optional<std::vector<std::int64_t>> grid_places(const std::vector<CodedPicture>& pictures,
                                                     const Plan& plan) {
  std::vector<std::int64_t> places;
  std::vector<bool> is_taken(pictures.size(), false);
  const double frame_us = 1e6 / plan.frame_rate.value();
  for (const CodedPicture& picture : pictures) {
    const auto time = static_cast<double>(picture.shown_us - plan.video_start_us);
    const auto place = grid_place(picture.shown_us, plan);
    const double jitter = std::abs(time - static_cast<double>(place) * frame_us);
    if (place < 0 || place >= std::ssize(pictures) || jitter > kMaxJitterUs) return std::nullopt;
    if (is_taken[static_cast<std::size_t>(place)]) return std::nullopt;
    is_taken[static_cast<std::size_t>(place)] = true;
    places.push_back(place);
  }
  return places;
}

// Where the GOPs begin. Before an IDR in decoding order stands exactly what is shown before it.
struct Gops {
  std::vector<std::int64_t> keys;
  Refusal refusal = nullptr;
};
Gops find_gops(const std::vector<CodedPicture>& pictures, const std::vector<std::int64_t>& places,
               const Plan& plan) {
  Gops gops;
  bool has_recovery_points = false;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    has_recovery_points |= pictures[i].is_recovery_point;
    if (!pictures[i].is_idr) continue;
    if (places[i] != static_cast<std::int64_t>(i)) return {{}, "open_gop"};
    gops.keys.push_back(places[i]);
  }
  if (gops.keys.empty() || gops.keys.front() != 0) return {{}, "open_gop"};
  const auto longest = std::int64_t{std::lround(kLongestGopSeconds * plan.frame_rate.value())};
  for (std::size_t i = 0; i < gops.keys.size(); ++i) {
    const bool is_last = i + 1 == gops.keys.size();
    const auto end = is_last ? std::ssize(pictures) : gops.keys[i + 1];
    if (end - gops.keys[i] > longest) gops.refusal = has_recovery_points ? "open_gop" : "long_gop";
  }
  return gops;
}

// The busiest second, in bits.
std::int64_t peak_rate(const std::vector<CodedPicture>& pictures, const Plan& plan) {
  const auto window =
      std::max<std::size_t>(1, static_cast<std::size_t>(std::lround(plan.frame_rate.value())));
  std::int64_t bytes = 0;
  std::int64_t most = 0;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    bytes += pictures[i].bytes;
    if (i >= window) bytes -= pictures[i - window].bytes;
    most = std::max(most, bytes);
  }
  return most * 8;
}

bool is_rate_fine(const std::vector<CodedPicture>& pictures, const Plan& plan) {
  std::int64_t bytes = 0;
  for (const CodedPicture& picture : pictures) bytes += picture.bytes;
  const double seconds = static_cast<double>(pictures.size()) / plan.frame_rate.value();
  const double cap = plan.video.front().max_kbps * 1000.0;
  return static_cast<double>(bytes) * 8 <= 1.2 * cap * seconds &&
         static_cast<double>(peak_rate(pictures, plan)) <= 2 * cap;
}

// How much later than its decoding order a picture is shown at least.
int reorder_depth(const std::vector<std::int64_t>& places) {
  std::int64_t depth = 0;
  for (std::size_t i = 0; i < places.size(); ++i)
    depth = std::max(depth, static_cast<std::int64_t>(i) - places[i]);
  return static_cast<int>(std::min<std::int64_t>(depth, kMaxReorder + 1));
}

VideoRung copied_rung(const CodedStream& stream, const Plan& plan) {
  VideoRung rung = plan.video.front();
  rung.name += "-source";
  rung.max_kbps = static_cast<int>((peak_rate(stream.pictures, plan) + 999) / 1000);
  char codecs[16];
  const auto byte = [&](std::size_t i) { return std::to_integer<unsigned>(stream.sets.sps[i]); };
  std::snprintf(codecs, sizeof codecs, "avc1.%02x%02x%02x", byte(1), byte(2), byte(3));
  rung.codecs = codecs;
  return rung;
}

// The rules that ask for no look at the pictures.
Refusal source_refusal(const SourceFacts& facts, const PlanOptions& options, const Plan& plan) {
  if (!options.may_copy) return "switched_off";
  if (plan.trim != Trim{}) return "trimmed";
  if (plan.held_frames > 0) return "sound_goes_on";
  if (facts.video.codec != "h264") return "codec";
  if (facts.container != "mp4") return "container";
  if (facts.is_cut_short) return "damaged";
  if (!facts.video.coded) return "parameter_sets";
  if (plan.video.size() < 2) return "only_rung";
  const VideoRung& top = plan.video.front();
  if (const Refusal refusal = picture_refusal(facts.video, facts.video.coded->sequence, top))
    return refusal;
  const SourceRate& rate = facts.video.rate;
  return rate.is_constant && rate.fps == plan.frame_rate ? nullptr : "frame_rate";
}

Refusal stream_refusal(const SourceFacts& facts, Plan& plan) {
  CodedStream stream = *facts.video.coded;
  if (facts.video.look_at_pictures) facts.video.look_at_pictures(stream);
  if (stream.has_cut_off_pictures) return "edit_list";
  if (stream.changes_parameters) return "parameter_sets";
  if (stream.has_odd_units) return "bit_stream";
  const auto places = grid_places(stream.pictures, plan);
  // Of the last picture's time the container may say what it likes, but not a picture's time more.
  const auto surplus = std::ssize(stream.pictures) - plan.frame_count;
  if (!places || std::abs(surplus) > 1) return "frame_rate";
  const Gops gops = find_gops(stream.pictures, *places, plan);
  if (gops.refusal) return gops.refusal;
  const int depth = reorder_depth(*places);
  if (depth > kMaxReorder) return "reordering";
  if (!is_rate_fine(stream.pictures, plan)) return "bit_rate";

  plan.frame_count = std::ssize(stream.pictures);
  plan.copied = copied_rung(stream, plan);
  plan.copied->delay = depth;
  plan.segments =
      cut_segments_at(gops.keys, plan.frame_count, plan.frame_rate, facts.audio.has_value());
  return nullptr;
}

// The key nearest to `wanted` in [from, to], or else the next one after it.
std::int64_t nearest_key(const std::vector<std::int64_t>& keys, std::int64_t from,
                         std::int64_t wanted, std::int64_t to) {
  auto best = std::lower_bound(keys.begin(), keys.end(), from);
  for (auto each = best; each != keys.end() && *each <= to; ++each) {
    if (std::abs(*each - wanted) < std::abs(*best - wanted)) best = each;
  }
  return best == keys.end() ? INT64_MAX : *best;
}

}  // namespace

std::int64_t grid_place(std::int64_t shown_us, const Plan& plan) {
  const double seconds = static_cast<double>(shown_us - plan.video_start_us) / 1e6;
  return std::llround(seconds * plan.frame_rate.value());
}

std::vector<Segment> cut_segments_at(const std::vector<std::int64_t>& keys,
                                     std::int64_t frame_count, Rational frame_rate,
                                     bool has_audio) {
  const auto frames = [&](double seconds) {
    return static_cast<std::int64_t>(std::floor(seconds * frame_rate.value() + 0.5));
  };
  std::vector<Segment> segments;
  std::int64_t first = 0;
  while (first < frame_count) {
    // The first segment is short, so that playing begins soon.
    const bool is_first = segments.empty();
    const double shortest = is_first ? kShortestSegment / 2 : kShortestSegment;
    const double wanted = is_first ? kShortestSegment : 2 * kShortestSegment;
    const double whole_rest = is_first ? kShortestSegment * 1.5 : kLongestSegment;
    std::int64_t end = frame_count;
    if (frame_count - first > frames(whole_rest)) {
      end = nearest_key(keys, first + frames(shortest), first + frames(wanted),
                        first + frames(kLongestSegment));
    }
    segments.push_back(make_segment(static_cast<std::uint32_t>(segments.size()), first,
                                    std::min(end, frame_count), frame_rate, has_audio));
    first = std::min(end, frame_count);
  }
  return segments;
}

void consider_copy(const SourceFacts& facts, const PlanOptions& options, Plan& plan) {
  Refusal refusal = source_refusal(facts, options, plan);
  if (!refusal) refusal = stream_refusal(facts, plan);
  if (refusal) plan.copied_refused = refusal;
}

}  // namespace weike::media
