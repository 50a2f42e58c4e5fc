#include "media/av/source.hpp"

#include "media/av/av_error.hpp"
#include "media/av/boxes_on_top.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

namespace weike::media {
namespace {

constexpr std::size_t kReadBuffer = std::size_t{64} * 1024;
constexpr const char* kContainers =
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts,avi,mpeg,mpegvideo";
constexpr const char* kCodecs =
    "h264,hevc,vp8,vp9,libdav1d,mpeg4,mpeg2video,mpeg1video,aac,mp3float,mp3,mp2float,mp2,opus,"
    "vorbis,ac3,eac3,flac,alac,amrnb,amrwb,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,"
    "pcm_f32le,pcm_u8,pcm_alaw,pcm_mulaw";

struct Container {
  std::string_view demuxer;
  const char* name;
};
constexpr std::array kKnown{
    Container{"mov,mp4,m4a,3gp,3g2,mj2", "mp4"},
    Container{"matroska,webm", "matroska"},
    Container{"mpegts", "mpegts"},
    Container{"avi", "avi"},
    Container{"mpeg", "mpeg"},
    Container{"mpegvideo", "mpeg"},
};
constexpr std::array<std::string_view, 9> kSoundOnly{"mp3", "wav",  "flac", "aac", "ogg",
                                                     "ac3", "eac3", "amr",  "aiff"};

// Whether libav looks into the packets of an MP4 track to tell their times (mov.c,
// mov_finalize_stsd_codec); codecs that are not known not to count as parsed.
bool is_parsed(const AVCodecParameters& parameters) {
  switch (parameters.codec_id) {
    case AV_CODEC_ID_H264:
    case AV_CODEC_ID_HEVC:
    case AV_CODEC_ID_AAC:
    case AV_CODEC_ID_ALAC:
    case AV_CODEC_ID_OPUS:
    case AV_CODEC_ID_PCM_S16LE:
    case AV_CODEC_ID_PCM_S16BE:
      return false;
    default:
      return true;
  }
}

}  // namespace

const char* allowed_codecs() { return kCodecs; }

Source& Source::operator=(Source&& other) noexcept {
  format_.reset();  // It reads through what is replaced next.
  avio_ = std::move(other.avio_);
  bytes_ = std::move(other.bytes_);
  format_ = std::move(other.format_);
  container_ = other.container_;
  has_looked_at_packets_ = other.has_looked_at_packets_;
  return *this;
}

int Source::read_bytes(void* opaque, std::uint8_t* into, int size) {
  auto& bytes = *static_cast<Bytes*>(opaque);
  if (bytes.is_hollow) {
    const std::int64_t left = std::min<std::int64_t>(size, bytes.size - bytes.position);
    bytes.position += std::max<std::int64_t>(left, 0);
    return left > 0 ? static_cast<int>(left) : AVERROR_EOF;
  }
  ssize_t got = -1;
  do {
    got = pread(bytes.descriptor, into, static_cast<std::size_t>(size), bytes.position);
  } while (got < 0 && errno == EINTR);
  if (got < 0) return AVERROR(errno);
  if (got == 0) return AVERROR_EOF;
  bytes.position += got;
  return static_cast<int>(got);
}

std::int64_t Source::seek_bytes(void* opaque, std::int64_t offset, int whence) {
  auto& bytes = *static_cast<Bytes*>(opaque);
  switch (whence & ~AVSEEK_FORCE) {
    case AVSEEK_SIZE:
      return bytes.size;
    case SEEK_SET:
      break;
    case SEEK_CUR:
      offset += bytes.position;
      break;
    case SEEK_END:
      offset += bytes.size;
      break;
    default:
      return AVERROR(EINVAL);
  }
  if (offset < 0) return AVERROR(EINVAL);
  return bytes.position = offset;
}

Result<Source> Source::open(int descriptor, const SourceOptions& options) {
  silence_libav();
  // Not fstat: glibc asks for it by a call that takes a path, which the sandbox refuses.
  const auto size = ::lseek(descriptor, 0, SEEK_END);
  if (size < 0) return Error{ErrorCode::internal, "cannot measure the source", "media_library"};
  Source source;
  source.bytes_ = std::make_unique<Bytes>(Bytes{descriptor, size, 0});
  auto* buffer = static_cast<std::uint8_t*>(av_malloc(kReadBuffer));
  source.avio_.reset(avio_alloc_context(buffer, kReadBuffer, 0, source.bytes_.get(), &read_bytes,
                                        nullptr, &seek_bytes));
  if (!source.avio_) return av_failure("allocate input", AVERROR(ENOMEM));
  if (auto opened = source.open_format(options); !opened) return opened.error();
  return source;
}

Result<> Source::open_format(const SourceOptions& options) {
  const AVInputFormat* demuxer = nullptr;
  if (av_probe_input_buffer2(avio_.get(), &demuxer, "", nullptr, 0, 1 << 20) < 0 || !demuxer)
    return rejected("unsupported_container", "no known container");
  const std::string_view name = demuxer->name;
  const auto* known = std::find_if(kKnown.begin(), kKnown.end(),
                                   [&](const Container& each) { return each.demuxer == name; });
  if (known == kKnown.end()) {
    const bool is_sound = std::find(kSoundOnly.begin(), kSoundOnly.end(), name) != kSoundOnly.end();
    return rejected(is_sound ? "no_video" : "unsupported_container",
                    "container " + std::string(name));
  }
  container_ = known->name;

  BoxesOnTop boxes;
  if (container_ == kKnown[0].name) boxes = boxes_on_top(bytes_->descriptor, bytes_->size);
  // Counted before libav allocates anything for them.
  if (boxes.tracks > options.max_streams)
    return rejected("too_many_streams", std::to_string(boxes.tracks) + " tracks");
  AVFormatContext* format = avformat_alloc_context();
  if (!format) return av_failure("allocate format", AVERROR(ENOMEM));
  format->pb = avio_.get();
  format->flags |= AVFMT_FLAG_CUSTOM_IO;
  format->probesize = 5'000'000;
  format->max_analyze_duration = 5'000'000;
  format->io_open = [](AVFormatContext*, AVIOContext**, const char*, int, AVDictionary**) {
    return AVERROR(EPERM);
  };
  Options settings;
  settings.set("format_whitelist", kContainers);
  settings.set("codec_whitelist", kCodecs);
  settings.set("protocol_whitelist", "");
  // Frees `format` when it fails.
  const int opened = avformat_open_input(&format, nullptr, demuxer, settings.get());
  if (opened < 0) {
    const bool is_cut = container_ == kKnown[0].name && !boxes.has_whole_moov;
    return rejected(is_cut ? "incomplete_file" : "damaged", "the container cannot be opened");
  }
  format_.reset(format);
  if (auto checked = check_header(options); !checked) return checked.error();

  if (options.trusts_header && container_ == kKnown[0].name && stream_count() > 0) return {};
  return look_at_packets(options);
}

Result<> Source::look_at_packets(const SourceOptions& options) {
  if (std::exchange(has_looked_at_packets_, true)) return {};
  if (options.only_stream >= 0) keep_only(options.only_stream);
  std::vector<int> told;
  for (int i = 0; i < stream_count(); ++i)
    if (options.trusts_pictures && has_told_pictures(i)) told.push_back(i);
  for (const int each : told) stream(each).discard = AVDISCARD_ALL;
  // One dictionary a stream: libav takes out of each what it understood.
  std::vector<AVDictionary*> dictionaries(format_->nb_streams, nullptr);
  for (auto& each : dictionaries) {
    av_dict_set_int(&each, "max_pixels", options.max_pixels, 0);
    av_dict_set(&each, "threads", "1", 0);
    // Of the first pictures the headers are wanted; nobody sees the pixels.
    av_dict_set(&each, "skip_idct", "all", 0);
    av_dict_set(&each, "skip_loop_filter", "all", 0);
  }
  const int found = avformat_find_stream_info(format_.get(), dictionaries.data());
  for (auto& each : dictionaries) av_dict_free(&each);
  for (const int each : told) stream(each).discard = AVDISCARD_DEFAULT;
  if (!told.empty()) rewind();  // While discarded, pictures were passed over.
  if (found < 0) return rejected("damaged", "the streams cannot be read");
  if (stream_count() == 0) return rejected("damaged", "no streams");
  return check_header(options);
}

// Whether the header of an MP4 file has the parameter sets of a track of pictures.
bool Source::has_told_pictures(int index) {
  const AVStream& track = stream(index);
  return container_ == kKnown[0].name && track.codecpar->codec_id == AV_CODEC_ID_H264 &&
         track.codecpar->extradata_size > 7 && track.discard < AVDISCARD_ALL;
}

Result<> Source::check_header(const SourceOptions& options) {
  if (stream_count() > options.max_streams)
    return rejected("too_many_streams", std::to_string(stream_count()) + " streams");
  for (int i = 0; i < stream_count(); ++i) {
    const AVCodecParameters& parameters = *stream(i).codecpar;
    if (std::int64_t{parameters.width} * parameters.height > options.max_pixels)
      return rejected("frame_too_large",
                      std::to_string(parameters.width) + "x" + std::to_string(parameters.height));
  }
  return {};
}

void Source::keep_only(int stream) {
  for (int i = 0; i < stream_count(); ++i)
    format_->streams[i]->discard = i == stream ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
}

bool Source::skip_content(std::int64_t pretend_bytes) {
  if (container_ != kKnown[0].name) return false;
  for (int i = 0; i < stream_count(); ++i) {
    const AVStream& each = stream(i);
    if (each.discard < AVDISCARD_ALL && is_parsed(*each.codecpar)) return false;
  }
  const BoxesOnTop boxes = boxes_on_top(bytes_->descriptor, bytes_->size);
  if (!boxes.has_whole_moov || boxes.is_in_fragments) return false;
  bytes_->is_hollow = true;
  if (pretend_bytes > bytes_->size) {
    bytes_->size = pretend_bytes;
    rewind();
  }
  return true;
}

// Opening may have run into the end of what is there; what it could not read comes again.
void Source::rewind() {
  for (int i = 0; i < stream_count(); ++i) {
    const AVIndexEntry* first = avformat_index_get_entry(&stream(i), 0);
    if (stream(i).discard >= AVDISCARD_ALL || !first) continue;
    // Well before it: another stream may begin earlier (mov.c, mov_seek_stream).
    const std::int64_t hour = av_rescale_q(3600, {1, 1}, stream(i).time_base);
    av_seek_frame(format_.get(), i, first->timestamp - hour, AVSEEK_FLAG_BACKWARD);
    return;
  }
}

std::string Source::bytes_at(std::int64_t offset) const {
  std::string bytes(16, '\0');
  const ssize_t got = pread(bytes_->descriptor, bytes.data(), bytes.size(), offset);
  bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  return bytes;
}

PacketPtr Source::read() {
  auto packet = make_packet();
  if (!packet || av_read_frame(format_.get(), packet.get()) < 0) return nullptr;
  return packet;
}

}  // namespace weike::media
