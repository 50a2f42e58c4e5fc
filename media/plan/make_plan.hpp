#pragma once

#include "media/plan/plan.hpp"
#include "media/plan/source_facts.hpp"
#include "media/task.hpp"
#include "model/error.hpp"

namespace weike::media {

// The plan for a source: a pure function of its facts and of what the task asks for. The gain and
// the digests of the init segments are left for the probe to fill in. Fails with a rejection:
// too_short (also when little is left between the trim's points), too_long, bad_aspect,
// frame_too_large.
Result<Plan> make_plan(const SourceFacts& facts, const ProbeTask& task);

// The segment of the frames [first_frame, end_frame), with the AAC frames nearest to it.
Segment make_segment(std::uint32_t number, std::int64_t first_frame, std::int64_t end_frame,
                     Rational frame_rate, bool has_audio);

// Cuts `frame_count` frames into segments: one GOP, then two at a time, the last one to three.
std::vector<Segment> cut_segments(std::int64_t frame_count, int gop_frames, Rational frame_rate,
                                  bool has_audio);

}  // namespace weike::media
