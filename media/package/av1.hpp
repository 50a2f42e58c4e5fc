#pragma once

#include "media/package/box_writer.hpp"
#include "media/plan/plan.hpp"

#include <optional>
#include <span>

// AV1 in MP4 files (the "AV1 Codec ISO Media File Format Binding") as the background rung uses it:
// main profile, eight bits, 4:2:0, BT.709 in limited range, level 3.1.
namespace weike::media {

// Level 3.1 holds every rung with a short side of 480 up to 30 frames a second.
inline constexpr int kAv1Level = 31;
inline constexpr const char* kAv1Codecs = "av01.0.05M.08";

// The sequence header that SVT-AV1 writes with our settings for pictures of this size, as an OBU
// with its size. Known without opening the encoder, which would cost the probe a tenth of a
// second; the encoder is held to it.
Bytes av1_sequence_header(int width, int height);

// The content of the init segment's av1C.
Bytes av1_configuration(const VideoRung& rung);

// One temporal unit as a sample: without its delimiter. Nothing when the OBUs do not add up.
std::optional<Bytes> to_av1_sample(std::span<const std::byte> unit);

}  // namespace weike::media
