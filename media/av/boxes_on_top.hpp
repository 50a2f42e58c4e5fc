#pragma once

#include <cstdint>

namespace weike::media {

// What the top-level boxes of an MP4 file tell, without libav opening any of them.
struct BoxesOnTop {
  bool has_whole_moov = false;
  bool is_in_fragments = false;
  int tracks = 0;
};

// Of the file of `size` bytes behind `descriptor`, which is read by offset; as far as its boxes add
// up.
BoxesOnTop boxes_on_top(int descriptor, std::int64_t size);

}  // namespace weike::media
