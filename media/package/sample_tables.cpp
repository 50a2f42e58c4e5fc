#include "media/package/sample_tables.hpp"

#include <algorithm>
#include <limits>

namespace weike::media {
namespace {

using Box = BoxWriter::Box;

constexpr std::uint64_t kLargest = std::numeric_limits<std::uint32_t>::max();

template <class Runs>
void append(Runs& runs, std::uint32_t value) {
  if (runs.empty() || runs.back().second != value) runs.emplace_back(0, value);
  ++runs.back().first;
}

}  // namespace

Result<SampleTables> SampleTables::of(std::span<const SegmentIndex> segments) {
  SampleTables tables;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const SegmentIndex& segment = segments[i];
    const bool is_last = i + 1 == segments.size();
    const std::uint64_t next =
        is_last ? segment.decode_time + segment.duration() : segments[i + 1].decode_time;
    if (auto added = tables.add(segment, next); !added) return added.error();
  }
  return tables;
}

// There are only lengths in an ordinary file: a gap up to the next segment goes to the last sample.
Result<> SampleTables::add(const SegmentIndex& segment, std::uint64_t next_decode_time) {
  const Error misplaced{ErrorCode::corrupt, "a finished track: segments do not follow each other"};
  if (segment.samples.empty())
    return next_decode_time == duration_ ? Result<>{} : Result<>{misplaced};
  const std::uint64_t end = segment.decode_time + segment.duration();
  if (segment.decode_time != duration_ || next_decode_time < end || next_decode_time > kLargest)
    return misplaced;
  const auto gap = static_cast<std::uint32_t>(next_decode_time - end);
  for (const IndexedSample& sample : segment.samples) {
    const bool is_last = &sample == &segment.samples.back();
    append(durations_, sample.duration + (is_last ? gap : 0));
    append(offsets_, static_cast<std::uint32_t>(sample.composition_offset));
    sizes_.push_back(sample.size);
    if (sample.is_key) keys_.push_back(static_cast<std::uint32_t>(sizes_.size()));
  }
  chunk_lengths_.push_back(static_cast<std::uint32_t>(segment.samples.size()));
  duration_ = next_decode_time;
  return {};
}

void SampleTables::write(BoxWriter& out) const {
  write_times(out);
  write_chunks(out);
  const Box box(out, "stsz", 0, 0);
  out.u32(0);  // Each has its own size.
  out.u32(sizes_.size());
  for (const std::uint32_t size : sizes_) out.u32(size);
}

void SampleTables::write_times(BoxWriter& out) const {
  {
    const Box box(out, "stts", 0, 0);
    out.u32(durations_.size());
    for (const auto& [count, duration] : durations_) {
      out.u32(count);
      out.u32(duration);
    }
  }
  const bool has_offsets = offsets_.size() > 1 || (!offsets_.empty() && offsets_[0].second != 0);
  if (has_offsets) {
    const bool is_signed = std::any_of(offsets_.begin(), offsets_.end(),
                                       [](const auto& run) { return run.second >> 31 != 0; });
    const Box box(out, "ctts", is_signed ? 1 : 0, 0);
    out.u32(offsets_.size());
    for (const auto& [count, offset] : offsets_) {
      out.u32(count);
      out.u32(offset);
    }
  }
  if (keys_.size() == sizes_.size()) return;  // Without the table, every sample is a key.
  const Box box(out, "stss", 0, 0);
  out.u32(keys_.size());
  for (const std::uint32_t key : keys_) out.u32(key);
}

void SampleTables::write_chunks(BoxWriter& out) const {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> changes;  // From which chunk on, how many.
  for (std::size_t i = 0; i < chunk_lengths_.size(); ++i) {
    if (changes.empty() || changes.back().second != chunk_lengths_[i])
      changes.emplace_back(static_cast<std::uint32_t>(i + 1), chunk_lengths_[i]);
  }
  const Box box(out, "stsc", 0, 0);
  out.u32(changes.size());
  for (const auto& [first_chunk, samples] : changes) {
    out.u32(first_chunk);
    out.u32(samples);
    out.u32(1);  // The one sample description.
  }
}

void write_chunk_offsets(BoxWriter& out, std::span<const std::uint64_t> chunks,
                         std::uint64_t media_start) {
  const bool is_long = !chunks.empty() && media_start + chunks.back() > kLargest;
  const Box box(out, is_long ? "co64" : "stco", 0, 0);
  out.u32(chunks.size());
  for (const std::uint64_t chunk : chunks) {
    if (is_long) {
      out.u64(media_start + chunk);
    } else {
      out.u32(media_start + chunk);
    }
  }
}

}  // namespace weike::media
