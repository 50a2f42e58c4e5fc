#include "media/package/segment_index.hpp"

#include "media/package/box_reader.hpp"

#include <bit>

namespace weike::media {
namespace {

constexpr std::uint32_t kIsNoSyncSample = 0x0001'0000;

// Of the track fragment header.
constexpr std::uint32_t kHasBaseOffset = 0x1;
constexpr std::uint32_t kHasDescription = 0x2;
constexpr std::uint32_t kHasDefaultDuration = 0x8;
constexpr std::uint32_t kHasDefaultSize = 0x10;
constexpr std::uint32_t kHasDefaultFlags = 0x20;
// Of the track run.
constexpr std::uint32_t kHasDataOffset = 0x1;
constexpr std::uint32_t kHasFirstFlags = 0x4;
constexpr std::uint32_t kHasDurations = 0x100;
constexpr std::uint32_t kHasSizes = 0x200;
constexpr std::uint32_t kHasFlags = 0x400;
constexpr std::uint32_t kHasOffsets = 0x800;
constexpr std::uint32_t kRowFields = kHasDurations | kHasSizes | kHasFlags | kHasOffsets;

Error corrupt(const char* what) { return {ErrorCode::corrupt, std::string("a segment: ") + what}; }

struct Defaults {
  std::uint32_t duration = 0;
  std::uint32_t flags = 0;
};

std::optional<Defaults> read_defaults(std::span<const std::byte> header) {
  ByteReader reader(header);
  const std::uint32_t flags = reader.u32() & 0xff'ffff;
  reader.skip(4);  // The track.
  Defaults defaults;
  if (flags & kHasBaseOffset) return std::nullopt;
  if (flags & kHasDescription) reader.skip(4);
  if (flags & kHasDefaultDuration) defaults.duration = reader.u32();
  if (flags & kHasDefaultSize) reader.skip(4);
  if (flags & kHasDefaultFlags) defaults.flags = reader.u32();
  return reader.is_fine() ? std::optional(defaults) : std::nullopt;
}

std::optional<std::uint64_t> read_decode_time(std::span<const std::byte> body) {
  ByteReader reader(body);
  const bool is_long = reader.u32() >> 24 == 1;
  const std::uint64_t time = is_long ? reader.u64() : reader.u32();
  // Half of the numbers are plenty, and sums of times then fit.
  return reader.is_fine() && time >> 62 == 0 ? std::optional(time) : std::nullopt;
}

struct Run {
  std::uint32_t data_offset = 0;  // From the start of the moof.
  std::vector<IndexedSample> samples;
};

// Each sample states its size, so the rows that are there bound how many there can be.
std::optional<Run> read_run(std::span<const std::byte> body, const Defaults& defaults) {
  ByteReader reader(body);
  const std::uint32_t flags = reader.u32() & 0xff'ffff;
  const std::uint32_t count = reader.u32();
  if (!(flags & kHasDataOffset) || !(flags & kHasSizes)) return std::nullopt;
  Run run;
  run.data_offset = reader.u32();
  const std::uint32_t first_flags = flags & kHasFirstFlags ? reader.u32() : defaults.flags;
  const auto row_bytes = static_cast<std::size_t>(std::popcount(flags & kRowFields)) * 4;
  if (!reader.is_fine() || count != reader.left() / row_bytes) return std::nullopt;
  run.samples.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    IndexedSample sample;
    sample.duration = flags & kHasDurations ? reader.u32() : defaults.duration;
    sample.size = reader.u32();
    std::uint32_t sample_flags = i == 0 ? first_flags : defaults.flags;
    if (flags & kHasFlags) sample_flags = reader.u32();
    sample.is_key = !(sample_flags & kIsNoSyncSample);
    if (flags & kHasOffsets) sample.composition_offset = static_cast<std::int32_t>(reader.u32());
    run.samples.push_back(sample);
  }
  return reader.is_fine() ? std::optional(std::move(run)) : std::nullopt;
}

std::uint64_t bytes_of(const std::vector<IndexedSample>& samples) {
  std::uint64_t sum = 0;
  for (const IndexedSample& sample : samples) sum += sample.size;
  return sum;
}

Result<SegmentIndex> read_fragment(std::span<const std::byte> moof, const BoxHead& moof_head,
                                   const BoxHead& data_head) {
  const auto fragment = find_body(moof, "traf");
  if (!fragment) return corrupt("not one track fragment");
  const auto header = find_body(*fragment, "tfhd");
  const auto defaults = header ? read_defaults(*header) : std::nullopt;
  const auto time_box = find_body(*fragment, "tfdt");
  const auto decode_time = time_box ? read_decode_time(*time_box) : std::nullopt;
  const auto run_box = find_body(*fragment, "trun");
  if (!defaults || !decode_time || !run_box) return corrupt("a malformed track fragment");
  auto run = read_run(*run_box, *defaults);
  if (!run) return corrupt("a malformed run of samples");

  SegmentIndex index;
  index.moof_offset = moof_head.offset;
  index.data = {data_head.body_offset, data_head.end - data_head.body_offset};
  index.decode_time = *decode_time;
  index.samples = std::move(run->samples);
  const bool begins_there = moof_head.offset + run->data_offset == index.data.offset;
  if (!begins_there || bytes_of(index.samples) != index.data.length)
    return corrupt("samples do not fill the data");
  return index;
}

}  // namespace

std::uint64_t SegmentIndex::duration() const {
  std::uint64_t sum = 0;
  for (const IndexedSample& sample : samples) sum += sample.duration;
  return sum;
}

std::optional<ByteRange> SegmentIndex::iframe() const {
  if (samples.empty() || !samples.front().is_key) return std::nullopt;
  return ByteRange{moof_offset, data.offset + samples.front().size - moof_offset};
}

Result<SegmentIndex> read_segment_index(std::span<const std::byte> head, std::uint64_t file_bytes) {
  std::optional<BoxHead> moof;
  for (std::uint64_t at = 0;;) {
    const auto box = read_box_head(head, at, file_bytes);
    if (!box) return corrupt("no fragment, or one that is not whole");
    if (box->type == "moof") {
      if (moof || box->end > head.size()) return corrupt("not one fragment");
      moof = box;
    }
    if (box->type == "mdat") {
      if (!moof || box->end != file_bytes) return corrupt("data in a wrong place");
      const auto body = head.subspan(static_cast<std::size_t>(moof->body_offset),
                                     static_cast<std::size_t>(moof->end - moof->body_offset));
      return read_fragment(body, *moof, *box);
    }
    at = box->end;
  }
}

}  // namespace weike::media
