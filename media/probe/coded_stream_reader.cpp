#include "media/probe/coded_stream_reader.hpp"

#include <unistd.h>

#include <array>

namespace weike::media {
namespace {

// A picture of 16 lines a slice at level 4.1 has 68 slices.
constexpr int kMaxUnits = 256;
constexpr std::size_t kMaxSetBytes = 4096;

class CodedStreamReader {
 public:
  CodedStreamReader(int descriptor, CodedStream& stream)
      : descriptor_(descriptor), stream_(stream) {}

  void read(const std::vector<CodedPacket>& packets) {
    for (const CodedPacket& packet : packets) {
      stream_.has_cut_off_pictures |= packet.is_cut_off;
      stream_.pictures.push_back(
          {packet.shown_us, static_cast<std::uint32_t>(packet.bytes), false, false});
      // One oddity settles the matter; the rest need not be read.
      if (!stream_.has_odd_units && !stream_.changes_parameters)
        stream_.has_odd_units = !take_units(packet);
    }
  }

 private:
  bool read_at(std::int64_t offset, std::span<std::byte> into) const {
    return ::pread(descriptor_, into.data(), into.size(), offset) == std::ssize(into);
  }

  // False for what is no run of usual units, or neither wholly an IDR picture nor wholly another.
  bool take_units(const CodedPacket& packet) {
    std::int64_t at = packet.offset;
    const std::int64_t end = at + packet.bytes;
    bool has_idr_slices = false;
    bool has_other_slices = false;
    for (int count = 0; at < end; ++count) {
      std::array<std::byte, 5> head{};
      const auto head_bytes = static_cast<std::size_t>(stream_.length_bytes) + 1;
      if (count == kMaxUnits || packet.offset < 0) return false;
      if (!read_at(at, std::span(head).first(head_bytes))) return false;
      std::int64_t size = 0;
      for (std::size_t i = 0; i + 1 < head_bytes; ++i)
        size = size << 8 | std::to_integer<std::int64_t>(head[i]);
      at += stream_.length_bytes;
      if (size == 0 || size > end - at) return false;
      const NalType type = nal_type(std::span(head).subspan(head_bytes - 1, 1));
      has_idr_slices |= type == NalType::idr_slice;
      has_other_slices |= type == NalType::slice;
      if (!is_usual(type)) return false;
      check_parameters(type, at, static_cast<std::size_t>(size));
      if (type == NalType::message) note_message(at);
      at += size;
    }
    CodedPicture& picture = stream_.pictures.back();
    picture.is_idr = has_idr_slices;
    picture.is_recovery_point &= !has_idr_slices;
    return has_idr_slices != has_other_slices;
  }

  static bool is_usual(NalType type) {
    switch (type) {
      case NalType::slice:
      case NalType::idr_slice:
      case NalType::message:
      case NalType::sequence:
      case NalType::picture_set:
      case NalType::delimiter:
      case NalType::end_of_sequence:
      case NalType::end_of_stream:
      case NalType::filler:
        return true;
    }
    return false;
  }

  // Encoders give the recovery point a unit of its own (ITU-T H.264, D.1.8).
  void note_message(std::int64_t at) {
    constexpr std::byte kRecoveryPoint{6};
    std::array<std::byte, 2> head{};
    if (read_at(at, head) && head[1] == kRecoveryPoint)
      stream_.pictures.back().is_recovery_point = true;
  }

  void check_parameters(NalType type, std::int64_t at, std::size_t size) {
    if (type != NalType::sequence && type != NalType::picture_set) return;
    const Bytes& expected = type == NalType::sequence ? stream_.sets.sps : stream_.sets.pps;
    Bytes unit(std::min(size, kMaxSetBytes));
    stream_.changes_parameters |= size != expected.size() || !read_at(at, unit) || unit != expected;
  }

  int descriptor_;
  CodedStream& stream_;
};

}  // namespace

std::optional<CodedStream> read_coded_header(const AVStream& stream) {
  const AVCodecParameters& parameters = *stream.codecpar;
  if (parameters.codec_id != AV_CODEC_ID_H264 || parameters.extradata_size <= 0)
    return std::nullopt;
  auto config = read_avc_config(std::as_bytes(
      std::span(parameters.extradata, static_cast<std::size_t>(parameters.extradata_size))));
  if (!config) return std::nullopt;
  const auto sequence = read_sequence(config->sets.sps);
  if (!sequence) return std::nullopt;
  CodedStream read;
  read.sets = std::move(config->sets);
  read.sequence = *sequence;
  read.length_bytes = config->length_bytes;
  return read;
}

void read_coded_pictures(int descriptor, const std::vector<CodedPacket>& packets,
                         CodedStream& stream) {
  CodedStreamReader(descriptor, stream).read(packets);
}

}  // namespace weike::media
