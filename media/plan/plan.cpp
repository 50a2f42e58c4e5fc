#include "media/plan/plan.hpp"

#include <algorithm>
#include <cmath>

namespace weike::media {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Rational, num, den)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Orientation, quarter_turns, is_mirrored)
NLOHMANN_JSON_SERIALIZE_ENUM(ToneCurve, {{ToneCurve::sdr, "sdr"},
                                         {ToneCurve::hlg, "hlg"},
                                         {ToneCurve::pq, "pq"}})
NLOHMANN_JSON_SERIALIZE_ENUM(VideoCodec, {{VideoCodec::h264, "h264"}, {VideoCodec::av1, "av1"}})
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(VideoRung, name, codec, width, height, crf,
                                                max_kbps, init_sha256, codecs, delay)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Trim, in_ms, out_ms)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(AudioRung, name, kbps, channels, init_sha256)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Segment, number, first_frame, frame_count, first_audio_frame,
                                   audio_frame_count)

namespace {

// One list of members for both directions.
template <class Json, class AnyPlan, class Visitor>
void visit_members(Json& json, AnyPlan& plan, const Visitor& visit) {
  visit(json, "version", plan.version);
  visit(json, "source_sha256", plan.source_sha256);
  visit(json, "video_stream", plan.video_stream);
  visit(json, "audio_stream", plan.audio_stream);
  visit(json, "video_start_us", plan.video_start_us);
  visit(json, "audio_start_us", plan.audio_start_us);
  visit(json, "frame_rate", plan.frame_rate);
  visit(json, "frame_count", plan.frame_count);
  visit(json, "gop_frames", plan.gop_frames);
  visit(json, "source_width", plan.source_width);
  visit(json, "source_height", plan.source_height);
  visit(json, "sample_aspect", plan.sample_aspect);
  visit(json, "orientation", plan.orientation);
  visit(json, "tone_curve", plan.tone_curve);
  visit(json, "is_interlaced", plan.is_interlaced);
  visit(json, "gain_db", plan.gain_db);
  visit(json, "video", plan.video);
  visit(json, "audio", plan.audio);
  visit(json, "segments", plan.segments);
}

template <class Rung>
const Rung* find_rung(const std::vector<Rung>& rungs, std::string_view name) {
  const auto found =
      std::find_if(rungs.begin(), rungs.end(), [&](const Rung& rung) { return rung.name == name; });
  return found == rungs.end() ? nullptr : &*found;
}

std::uint32_t milliseconds(std::int64_t frames, Rational frame_rate) {
  if (frame_rate.num == 0) return 0;
  return static_cast<std::uint32_t>(
      std::llround(static_cast<double>(frames) * 1000.0 / frame_rate.value()));
}

}  // namespace

std::uint32_t Plan::duration_ms() const { return milliseconds(frame_count, frame_rate); }

std::uint32_t Plan::picture_ms() const {
  return milliseconds(frame_count - held_frames, frame_rate);
}

const VideoRung* Plan::find_video(std::string_view name) const {
  if (copied && copied->name == name) return &*copied;
  if (background && background->name == name) return &*background;
  return find_rung(video, name);
}
const AudioRung* Plan::find_audio(std::string_view name) const { return find_rung(audio, name); }

void to_json(nlohmann::json& json, const Plan& plan) {
  visit_members(json, plan,
                [](auto& object, const char* name, const auto& member) { object[name] = member; });
  json["trim"] = plan.trim;
  json["held_frames"] = plan.held_frames;
  json["skips_stills"] = plan.skips_stills;
  if (plan.copied) json["copied"] = *plan.copied;
  if (!plan.copied_refused.empty()) json["copied_refused"] = plan.copied_refused;
  if (plan.background) json["background"] = *plan.background;
}

void from_json(const nlohmann::json& json, Plan& plan) {
  visit_members(json, plan, [](const auto& object, const char* name, auto& member) {
    object.at(name).get_to(member);
  });
  plan.trim = json.value("trim", Trim{});
  plan.held_frames = json.value("held_frames", std::int64_t{0});
  plan.skips_stills = json.value("skips_stills", false);
  plan.copied_refused = json.value("copied_refused", "");
  if (json.contains("copied")) plan.copied = json.at("copied").get<VideoRung>();
  if (json.contains("background")) plan.background = json.at("background").get<VideoRung>();
}

}  // namespace weike::media
