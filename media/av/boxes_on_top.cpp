#include "media/av/boxes_on_top.hpp"

extern "C" {
#include <libavutil/intreadwrite.h>
#include <libavutil/macros.h>
}

#include <unistd.h>

#include <array>

namespace weike::media {
namespace {

constexpr int kMaxBoxes = 10'000;

struct BoxHead {
  std::uint32_t type = 0;
  std::int64_t length = 0;       // Below 8: there is no box.
  std::int64_t head_length = 8;  // Of type and length; the content comes behind.
};

BoxHead box_at(int descriptor, std::int64_t offset, std::int64_t end) {
  std::array<std::uint8_t, 16> head{};
  if (offset + 8 > end || pread(descriptor, head.data(), head.size(), offset) < 8) return {};
  BoxHead box{AV_RL32(head.data() + 4), AV_RB32(head.data())};
  if (box.length == 1) {
    box.length = static_cast<std::int64_t>(AV_RB64(head.data() + 8));
    box.head_length = 16;
  }
  if (box.length == 0) box.length = end - offset;  // To the end.
  return box;
}

int count_tracks(int descriptor, std::int64_t offset, std::int64_t end) {
  int tracks = 0;
  for (int boxes = 0; boxes < kMaxBoxes; ++boxes) {
    const BoxHead box = box_at(descriptor, offset, end);
    if (box.length < 8 || box.length > end - offset) break;
    tracks += box.type == MKTAG('t', 'r', 'a', 'k') ? 1 : 0;
    offset += box.length;
  }
  return tracks;
}

}  // namespace

BoxesOnTop boxes_on_top(int descriptor, std::int64_t size) {
  BoxesOnTop seen;
  std::int64_t offset = 0;
  for (int boxes = 0; boxes < kMaxBoxes; ++boxes) {
    const BoxHead box = box_at(descriptor, offset, size);
    if (box.length < 8) return seen;
    const bool is_whole = box.length <= size - offset;
    if (box.type == MKTAG('m', 'o', 'o', 'v')) {
      seen.has_whole_moov = is_whole;
      seen.tracks =
          count_tracks(descriptor, offset + box.head_length, is_whole ? offset + box.length : size);
    }
    seen.is_in_fragments |=
        box.type == MKTAG('m', 'o', 'o', 'f') || box.type == MKTAG('s', 'i', 'd', 'x');
    if (!is_whole) return seen;
    offset += box.length;
  }
  return seen;
}

}  // namespace weike::media
