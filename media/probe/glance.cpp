#include "media/probe/glance.hpp"

#include "media/av/av_error.hpp"
#include "media/plan/make_plan.hpp"
#include "media/probe/streams.hpp"
#include "media/probe/timeline.hpp"
#include "media/probe/verdict.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace weike::media {
namespace {

// What the missing bytes cannot change any more.
bool is_certain(const Error& error) {
  constexpr std::array<std::string_view, 7> kCertain{
      "no_video",  "unsupported_codec", "encrypted",       "too_long",
      "too_short", "frame_too_large",   "too_many_streams"};
  return error.reason == "bad_aspect" ||
         std::find(kCertain.begin(), kCertain.end(), error.reason) != kCertain.end();
}

// The facts that header and index tell. The file is taken for endless: what the index names will
// come.
Result<SourceFacts> facts_of_index(int descriptor, const GlanceTask& task, OutputSink& sink) {
  auto source = Source::open(descriptor, {task.limits.max_pixels, task.limits.max_streams});
  if (!source) return source.error();
  auto video_stream = choose_video(*source);
  if (!video_stream) return video_stream.error();
  auto audio_stream = choose_audio(*source);
  if (!audio_stream) return audio_stream.error();
  SourceFacts facts;
  facts.container = source->container();
  facts.declared_duration_us = declared_duration_us(*source);
  facts.video = declared_video(*source, *video_stream);
  if (*audio_stream != kNoStream) facts.audio = declared_audio(*source, *audio_stream);
  constexpr auto kEndless = std::numeric_limits<std::int64_t>::max() / 2;
  auto timeline = read_timeline(*source, *video_stream, *audio_stream, task.limits, sink, kEndless);
  if (!timeline) return timeline.error();
  if (timeline->frames_us.size() < 2) return rejected("too_short", "a single frame");
  facts.video.first_us = timeline->frames_us.front();
  facts.video.end_us = timeline->end_us;
  facts.video.rate = measure_rate(timeline->frames_us);
  if (facts.audio) facts.audio->end_us = timeline->audio_end_us;
  const std::int64_t span = std::max<std::int64_t>(1, timeline->end_us - facts.video.first_us);
  facts.video.bit_rate = av_rescale(timeline->video_bytes * 8, 1'000'000, span);
  return facts;
}

Result<nlohmann::json> sheet_of(int descriptor, const GlanceTask& task, OutputSink& sink) {
  const auto facts = facts_of_index(descriptor, task, sink);
  if (!facts) return facts.error();
  const auto plan = make_plan(*facts, ProbeTask{{}, task.limits, {false, false, false}});
  if (!plan) return plan.error();
  nlohmann::json result;
  result["sheet"] = make_sheet(*facts, *plan);
  return {boost::system::in_place_value, std::move(result)};
}

}  // namespace

Result<nlohmann::json> glance(int descriptor, const GlanceTask& task, OutputSink& sink) {
  auto result = sheet_of(descriptor, task, sink);
  if (result) return result;
  if (!is_rejection(result.error())) return result.error();
  auto answer = nlohmann::json::object();
  if (is_certain(result.error()))
    answer["rejected"] = {{"code", result.error().reason}, {"detail", result.error().message}};
  return {boost::system::in_place_value, std::move(answer)};
}

}  // namespace weike::media
