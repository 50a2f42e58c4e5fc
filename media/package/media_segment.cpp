#include "media/package/fmp4.hpp"

#include <algorithm>

namespace weike::media {
namespace {

using Box = BoxWriter::Box;

constexpr std::uint32_t kKeySample = 0x0200'0000;    // Depends on nothing.
constexpr std::uint32_t kOtherSample = 0x0101'0000;  // Depends on others, is no sync sample.

enum TrackFragmentFlags : std::uint32_t {
  default_duration = 0x8,
  default_flags = 0x20,
  base_is_moof = 0x20000
};
enum TrackRunFlags : std::uint32_t {
  data_offset = 0x1,
  sample_duration = 0x100,
  sample_size = 0x200,
  sample_flags = 0x400,
  sample_composition_offset = 0x800
};

void write_segment_type(BoxWriter& out) {
  const Box box(out, "styp");
  out.text("msdh");
  out.u32(0);
  for (const char* brand : {"msdh", "msix", "cmfs"}) out.text(brand);
}

// styp, moof with one run of samples, mdat. `write_samples` writes one row of the run for each
// sample, `write_data` the bytes.
template <class WriteSamples, class WriteData>
Bytes write_segment(std::uint32_t sequence, std::uint64_t decode_time, std::uint32_t sample_ticks,
                    std::size_t sample_count, std::uint32_t run_flags,
                    const WriteSamples& write_samples, const WriteData& write_data) {
  BoxWriter out;
  write_segment_type(out);
  const std::size_t moof_start = out.size();
  std::size_t offset_field = 0;
  {
    const Box moof(out, "moof");
    {
      const Box mfhd(out, "mfhd", 0, 0);
      out.u32(sequence);
    }
    const Box traf(out, "traf");
    {
      const Box tfhd(out, "tfhd", 0, base_is_moof | default_duration | default_flags);
      out.u32(1);
      out.u32(sample_ticks);
      out.u32(kKeySample);
    }
    {
      const Box tfdt(out, "tfdt", 1, 0);
      out.u64(decode_time);
    }
    const Box trun(out, "trun", 1, run_flags | data_offset | sample_size);
    out.u32(sample_count);
    offset_field = out.size();
    out.u32(0);
    write_samples(out);
  }
  out.patch_u32(offset_field, out.size() - moof_start + 8);
  {
    const Box mdat(out, "mdat");
    write_data(out);
  }
  return out.take();
}

// When each sample is decoded, in frames from the start of the segment, and at last when the
// segment ends: at least a frame apart, never after the sample is shown, and where all frames have
// a sample simply one after another.
std::vector<std::int64_t> decode_frames(const std::vector<Sample>& samples,
                                        std::int64_t frame_count, int delay) {
  std::vector<std::int64_t> frames;
  frames.reserve(samples.size() + 1);
  for (const Sample& sample : samples) frames.push_back(sample.shown_at);
  std::sort(frames.begin(), frames.end());
  frames.push_back(frame_count);
  for (std::size_t i = samples.size(); i-- > 0;)
    frames[i] = std::min({frames[i], samples[i].shown_at + delay, frames[i + 1] - 1});
  return frames;
}

}  // namespace

Bytes video_segment(const Segment& segment, Rational frame_rate, const std::vector<Sample>& samples,
                    int delay) {
  const VideoTiming timing = video_timing(frame_rate);
  const bool has_gaps = static_cast<std::int64_t>(samples.size()) != segment.frame_count;
  const auto decoded_at = decode_frames(samples, segment.frame_count, delay);
  const auto ticks = [&](std::int64_t frames) {
    return static_cast<std::uint32_t>(frames * timing.frame_ticks);
  };
  return write_segment(
      segment.number + 1, static_cast<std::uint64_t>(segment.first_frame) * timing.frame_ticks,
      timing.frame_ticks, samples.size(),
      sample_flags | sample_composition_offset | (has_gaps ? sample_duration : 0U),
      [&](BoxWriter& out) {
        for (std::size_t i = 0; i < samples.size(); ++i) {
          if (has_gaps) out.u32(ticks(decoded_at[i + 1] - decoded_at[i]));
          out.u32(samples[i].data.size());
          out.u32(samples[i].is_key ? kKeySample : kOtherSample);
          out.u32(ticks(samples[i].shown_at - decoded_at[i] + delay));
        }
      },
      [&](BoxWriter& out) {
        for (const Sample& sample : samples) out.bytes(sample.data);
      });
}

Bytes audio_segment(const Segment& segment, const std::vector<Bytes>& frames) {
  return write_segment(
      segment.number + 1,
      static_cast<std::uint64_t>(segment.first_audio_frame * kAudioFrameSamples),
      static_cast<std::uint32_t>(kAudioFrameSamples), frames.size(), 0,
      [&](BoxWriter& out) {
        for (const Bytes& frame : frames) out.u32(frame.size());
      },
      [&](BoxWriter& out) {
        for (const Bytes& frame : frames) out.bytes(frame);
      });
}

}  // namespace weike::media
