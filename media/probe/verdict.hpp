#pragma once

#include "media/loudness/loudness.hpp"
#include "media/plan/plan.hpp"
#include "media/plan/source_facts.hpp"

#include <nlohmann/json.hpp>

namespace weike::media {

// The technical sheet a publisher sees after the probe:
// {container, video{codec,width,height,rotation,fps,frame_rate_kind,hdr,interlaced,bitrate,
//  surplus_frames}, audio|null{codec,channels,sample_rate}, duration_ms, declared_duration_ms|null,
//  loudness{measured_lufs|null,gain_db}|null, plan{renditions[names],copied,
//  copied_refused|null (pass_through.hpp),skips_stills}, warnings[no_audio, silent_audio,
//  short_lesson, truncated, hdr_converted, wrong_duration, uneven_times]}. No text in it comes from
//  the source itself.
nlohmann::json make_verdict(const SourceFacts& facts, const Plan& plan, const Loudness& loudness);

// The part of it that header and index tell: all but interlaced, loudness, plan and the warnings
// silent_audio, truncated and uneven_times.
nlohmann::json make_sheet(const SourceFacts& facts, const Plan& plan);

}  // namespace weike::media
