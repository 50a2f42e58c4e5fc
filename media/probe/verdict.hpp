#pragma once

#include "media/loudness/loudness.hpp"
#include "media/plan/plan.hpp"
#include "media/plan/source_facts.hpp"

#include <nlohmann/json.hpp>

namespace weike::media {

// The technical sheet a publisher sees after the probe:
// {container, video{codec,width,height,rotation,fps,frame_rate_kind,hdr,interlaced,bitrate},
//  audio|null{codec,channels,sample_rate}, duration_ms, loudness{measured_lufs|null,gain_db}|null,
//  warnings[no_audio, silent_audio, short_lesson, truncated, hdr_converted]}
nlohmann::json make_verdict(const SourceFacts& facts, const Plan& plan, const Loudness& loudness);

}  // namespace weike::media
