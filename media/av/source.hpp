#pragma once

#include "media/av/av_ptr.hpp"
#include "model/error.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace weike::media {

struct SourceOptions {
  std::int64_t max_pixels = 4096LL * 4096;
  int max_streams = 32;
  // The only stream whose packets are wanted; nothing is found out about the others then. -1: all.
  int only_stream = -1;
  // Believes what an MP4 file's header says, without a look at the first packets: pictures need not
  // come out in order then, unless the decoder knows by itself how far to reorder them.
  bool trusts_header = false;
  // The same for the pictures of H.264 tracks alone: for who decodes a picture anyway.
  bool trusts_pictures = false;
};

// A hostile media file, opened by libav through a descriptor that is only read by offset: nothing
// named inside the file is ever opened, and only known containers and codecs are touched. Several
// sources may share a descriptor; one source belongs to one thread.
class Source {
 public:
  Source() = default;
  Source(Source&&) = default;
  Source& operator=(Source&& other) noexcept;

  // Fails with a rejection (av_error.hpp): unsupported_container, no_video for a pure sound file,
  // incomplete_file, damaged, too_many_streams, frame_too_large.
  static Result<Source> open(int descriptor, const SourceOptions& options);

  // Makes up for `trusts_header`; without effect when the first packets have been looked at.
  // Nothing may have been read yet. Fails like `open`.
  Result<> look_at_packets(const SourceOptions& options);
  bool has_looked_at_packets() const { return has_looked_at_packets_; }

  AVFormatContext& format() { return *format_; }
  AVStream& stream(int index) { return *format_->streams[index]; }
  int stream_count() const { return static_cast<int>(format_->nb_streams); }
  // The container's short name: "mp4", "matroska", "mpegts", "avi", "mpeg".
  const char* container() const { return container_; }
  // Leaves out the packets of every stream but this one; the others cost nothing then.
  void keep_only(int stream);
  // The next packet, or null at the end of the file or of what can be read of it.
  PacketPtr read();
  // From here on packets come with their times, sizes and flags, but their content is not read, so
  // a walk over hours costs next to nothing. False, and without effect, where the content has to be
  // seen: containers without an index, fragments, codecs that libav parses; streams that are
  // discarded do not count. `pretend_bytes`: the file is taken to be at least so long, while the
  // rest of it is on its way.
  bool skip_content(std::int64_t pretend_bytes = 0);
  std::int64_t size_bytes() const { return bytes_->size; }
  // Up to 16 bytes of the file at `offset`; fewer at its end.
  std::string bytes_at(std::int64_t offset) const;

 private:
  struct Bytes {
    int descriptor = -1;
    std::int64_t size = 0;
    std::int64_t position = 0;
    bool is_hollow = false;  // Nothing is read any more; see skip_content.
  };
  static int read_bytes(void* opaque, std::uint8_t* into, int size);
  static std::int64_t seek_bytes(void* opaque, std::int64_t offset, int whence);
  Result<> open_format(const SourceOptions& options);
  void rewind();
  Result<> check_header(const SourceOptions& options);
  bool has_told_pictures(int stream);

  std::unique_ptr<Bytes> bytes_;
  AvioPtr avio_;  // Outlives format_, which reads through it.
  FormatPtr format_;
  const char* container_ = "";
  bool has_looked_at_packets_ = false;
};

// Decoders that may be used, as libav's list of names.
const char* allowed_codecs();

}  // namespace weike::media
