#pragma once

#include "media/av/source.hpp"
#include "media/plan/coded_stream.hpp"
#include "media/probe/timeline.hpp"

#include <optional>
#include <vector>

namespace weike::media {

// What the header of an MP4 file's track tells, without pictures. Nothing when the track is not
// H.264 or its header does not hold one pair of parameter sets.
std::optional<CodedStream> read_coded_header(const AVStream& stream);

// Looks at the kinds of NAL units in the packets of such a track, whose header gave `stream`, and
// fills in the rest: a few bytes of each unit are read, and all of a parameter set.
void read_coded_pictures(int descriptor, const std::vector<CodedPacket>& packets,
                         CodedStream& stream);

}  // namespace weike::media
