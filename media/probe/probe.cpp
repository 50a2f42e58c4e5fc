#include "media/probe/probe.hpp"

#include "media/av/av_error.hpp"
#include "media/loudness/loudness.hpp"
#include "media/package/fmp4.hpp"
#include "media/plan/make_plan.hpp"
#include "media/probe/examine.hpp"
#include "media/probe/verdict.hpp"
#include "media/transcode/audio_encoder.hpp"
#include "media/transcode/video_encoder.hpp"

namespace weike::media {
namespace {

Result<Loudness> measure(int descriptor, const Plan& plan, const Limits& limits, OutputSink& sink) {
  if (plan.audio.empty()) return Loudness{};
  auto reader = AudioReader::open(descriptor, plan, {limits.max_pixels, limits.max_streams});
  if (!reader) return reader.error();
  const std::int64_t samples = std::int64_t{plan.duration_ms()} * kAudioRate / 1000;
  return measure_loudness(*reader, samples, plan.audio.front().channels, sink);
}

Result<> put_init(const std::string& rendition, const Bytes& init, std::string& digest,
                  OutputSink& sink) {
  digest = init_digest(init);
  return sink.put(rendition + "/init.mp4", init);
}

// Opens each encoder once as every segment will, and puts the init segment it leads to. Those of
// the copied and the background rung are known without.
Result<> put_init_segments(const SourceFacts& facts, Plan& plan, OutputSink& sink) {
  for (VideoRung& rung : plan.video) {
    auto encoder = VideoEncoder::open(rung, plan);
    if (!encoder) return encoder.error();
    auto put = put_init(rung.name, encoder->init(), rung.init_sha256, sink);
    if (!put) return put.error();
  }
  for (AudioRung& rung : plan.audio) {
    auto encoder = AudioEncoder::open(rung);
    if (!encoder) return encoder.error();
    auto put = put_init(rung.name, encoder->init(), rung.init_sha256, sink);
    if (!put) return put.error();
  }
  if (auto& rung = plan.copied) {
    const Bytes init = video_init(*rung, plan.frame_rate, facts.video.coded->sets, rung->delay);
    if (auto put = put_init(rung->name, init, rung->init_sha256, sink); !put) return put.error();
  }
  if (auto& rung = plan.background) {
    const Bytes init = av1_init(*rung, plan.frame_rate);
    if (auto put = put_init(rung->name, init, rung->init_sha256, sink); !put) return put.error();
  }
  return {};
}

Result<nlohmann::json> examine_and_plan(int descriptor, const ProbeTask& task, OutputSink& sink) {
  auto facts = examine(descriptor, task.limits, sink);
  if (!facts) return facts.error();
  auto plan = make_plan(*facts, task);
  if (!plan) return plan.error();
  auto loudness = measure(descriptor, *plan, task.limits, sink);
  if (!loudness) return loudness.error();
  plan->gain_db = loudness->gain_db;
  if (auto put = put_init_segments(*facts, *plan, sink); !put) return put.error();
  nlohmann::json result;
  result["verdict"] = make_verdict(*facts, *plan, *loudness);
  result["plan"] = *plan;
  return {boost::system::in_place_value, std::move(result)};
}

}  // namespace

Result<nlohmann::json> probe(int descriptor, const ProbeTask& task, OutputSink& sink) {
  auto result = examine_and_plan(descriptor, task, sink);
  if (result || !is_rejection(result.error())) return result;
  nlohmann::json refusal;
  refusal["rejected"] = {{"code", result.error().reason}, {"detail", result.error().message}};
  return {boost::system::in_place_value, std::move(refusal)};
}

}  // namespace weike::media
