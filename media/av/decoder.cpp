#include "media/av/decoder.hpp"

#include "media/av/av_error.hpp"
#include "media/av/source.hpp"

extern "C" {
#include <libavutil/avstring.h>
}

namespace weike::media {
namespace {

const AVCodec* allowed_decoder(AVCodecID id) {
  const AVCodec* codec = avcodec_find_decoder(id);
  return codec && av_match_list(codec->name, allowed_codecs(), ',') ? codec : nullptr;
}

}  // namespace

bool is_decodable(const AVCodecParameters& parameters) {
  return allowed_decoder(parameters.codec_id) != nullptr;
}

Result<CodecContextPtr> open_decoder(const AVStream& stream, std::int64_t max_pixels) {
  const AVCodec* codec = allowed_decoder(stream.codecpar->codec_id);
  if (!codec) return rejected("unsupported_codec", avcodec_get_name(stream.codecpar->codec_id));
  CodecContextPtr context(avcodec_alloc_context3(codec));
  if (!context) return av_failure("allocate decoder", AVERROR(ENOMEM));
  if (avcodec_parameters_to_context(context.get(), stream.codecpar) < 0)
    return rejected("damaged", "decoder parameters");
  const bool is_video = stream.codecpar->codec_type == AVMEDIA_TYPE_VIDEO;
  if (is_video && std::int64_t{context->width} * context->height > max_pixels)
    return rejected("frame_too_large", "frame size");
  context->pkt_timebase = stream.time_base;
  context->thread_count = 1;
  context->max_pixels = max_pixels;
  Options settings;
  settings.set("codec_whitelist", allowed_codecs());
  if (avcodec_open2(context.get(), codec, settings.get()) < 0)
    return rejected("damaged", "the decoder refuses the stream");
  return context;
}

}  // namespace weike::media
