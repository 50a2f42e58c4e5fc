#pragma once

#include <cstdint>
#include <string_view>

namespace weike::uploads {

// So many bytes of a file have to be there before it is worth a glance.
constexpr std::uint64_t kGlanceBytes = 1 << 20;

// Whether an MP4 file, of which `received_bytes` have come, has its index ("moov") ahead of its
// media and all of it is there. `head` is the beginning of the file; boxes are stepped over, never
// opened, and what a hostile header says is only compared.
bool is_index_in_front(std::string_view head, std::uint64_t received_bytes);

}  // namespace weike::uploads
