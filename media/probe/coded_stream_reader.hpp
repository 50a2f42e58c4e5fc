#pragma once

#include "media/av/source.hpp"
#include "media/plan/coded_stream.hpp"
#include "media/probe/timeline.hpp"

#include <optional>
#include <vector>

namespace weike::media {

// Looks at the kinds of NAL units in the packets of an MP4 file's track: a few bytes of each are
// read, and all of a parameter set. Nothing when the track is not H.264 or its header does not hold
// one pair of parameter sets.
std::optional<CodedStream> read_coded_stream(int descriptor, const AVStream& stream,
                                             const std::vector<CodedPacket>& packets);

}  // namespace weike::media
