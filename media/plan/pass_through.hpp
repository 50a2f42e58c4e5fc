#pragma once

#include "media/plan/plan.hpp"
#include "media/plan/source_facts.hpp"
#include "media/task.hpp"

#include <cstdint>
#include <vector>

// Smart pass-through (docs/decisions/0006): a source that is already what the top rung would be is
// handed on as it is.
namespace weike::media {

// Gives the plan of a conforming source a copied rung, and cuts its segments at the source's IDRs.
// Else `plan.copied_refused` tells the first rule that is broken: switched_off, trimmed,
// sound_goes_on, codec, container, damaged, only_rung, size, rotation, sample_aspect, pixel_format,
// profile, level, interlaced, colour, frame_rate, edit_list, parameter_sets, bit_stream,
// reordering, open_gop, long_gop, bit_rate.
void consider_copy(const SourceFacts& facts, const PlanOptions& options, Plan& plan);

// The frame of the plan's grid that a picture of a copied rung stands for.
std::int64_t grid_place(std::int64_t shown_us, const Plan& plan);

// Cuts `frame_count` frames at some of the frames `keys` (ascending, the first is 0, at most four
// seconds apart): about two seconds, then about four at a time, none above six.
std::vector<Segment> cut_segments_at(const std::vector<std::int64_t>& keys,
                                     std::int64_t frame_count, Rational frame_rate, bool has_audio);

}  // namespace weike::media
