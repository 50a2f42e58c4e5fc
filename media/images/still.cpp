#include "media/images/still.hpp"

#include "media/av/av_error.hpp"
#include "media/av/filter_graph.hpp"

#include <span>

namespace weike::media {
namespace {

struct Coding {
  const AVCodec* codec;
  AVPixelFormat format;
  AVColorRange range;
};

// Both forms mean the matrix of BT.601; JFIF full range, WebP limited.
Result<FramePtr> shaped(const AVFrame& picture, const StillShape& shape, const Coding& coding) {
  const Crop& crop = shape.crop;
  const auto text = [](int number) { return std::to_string(number); };
  const bool is_full = coding.range == AVCOL_RANGE_JPEG;
  const std::string chain = "crop=" + text(crop.width) + ":" + text(crop.height) + ":" +
                            text(crop.left) + ":" + text(crop.top) + ",scale=" + text(shape.width) +
                            ":" + text(shape.height) +
                            ":flags=bicubic:in_color_matrix=bt709:in_range=tv:"
                            "out_color_matrix=bt601:out_range=" +
                            (is_full ? "pc,format=yuvj420p" : "tv,format=yuv420p");
  auto graph = FilterGraph::create(chain, picture);
  if (!graph) return graph.error();
  std::vector<FramePtr> out;
  if (auto run = graph->run(share(picture), out); !run) return run.error();
  if (out.size() != 1) return Error{ErrorCode::internal, "no picture to encode", "media_library"};
  return std::move(out.front());
}

// `configure` sets what only this codec knows.
template <class Configure>
Result<Bytes> encode(const AVFrame& picture, const StillShape& shape, const Coding& coding,
                     const Configure& configure) {
  const CodecContextPtr context(coding.codec ? avcodec_alloc_context3(coding.codec) : nullptr);
  if (!context) return Error{ErrorCode::internal, "an image encoder is missing", "media_library"};
  auto made = shaped(picture, shape, coding);
  if (!made) return made.error();
  AVFrame& frame = **made;
  context->width = shape.width;
  context->height = shape.height;
  context->pix_fmt = coding.format;
  context->color_range = coding.range;
  context->time_base = {1, 25};
  context->thread_count = 1;
  // Bit-exact also leaves the encoder's name out.
  context->flags |= AV_CODEC_FLAG_QSCALE | AV_CODEC_FLAG_BITEXACT;
  Options options;
  configure(*context, options, frame);
  if (const int opened = avcodec_open2(context.get(), coding.codec, options.get()); opened < 0)
    return av_failure("open image encoder", opened);
  frame.pict_type = AV_PICTURE_TYPE_I;
  frame.pts = 0;
  const PacketPtr packet = make_packet();
  int code = avcodec_send_frame(context.get(), &frame);
  if (code >= 0) code = avcodec_send_frame(context.get(), nullptr);
  if (code >= 0) code = avcodec_receive_packet(context.get(), packet.get());
  if (code < 0) return av_failure("encode image", code);
  const auto bytes = std::as_bytes(std::span(packet->data, static_cast<std::size_t>(packet->size)));
  return Bytes(bytes.begin(), bytes.end());
}

}  // namespace

Result<Bytes> encode_jpeg(const AVFrame& picture, const StillShape& shape, int quantiser) {
  const Coding coding{avcodec_find_encoder(AV_CODEC_ID_MJPEG), AV_PIX_FMT_YUVJ420P,
                      AVCOL_RANGE_JPEG};
  return encode(picture, shape, coding, [&](AVCodecContext& context, Options&, AVFrame& frame) {
    context.global_quality = quantiser * FF_QP2LAMBDA;
    context.qmin = context.qmax = quantiser;
    frame.quality = context.global_quality;
  });
}

Result<Bytes> encode_webp(const AVFrame& picture, const StillShape& shape, int quality) {
  const Coding coding{avcodec_find_encoder_by_name("libwebp"), AV_PIX_FMT_YUV420P,
                      AVCOL_RANGE_MPEG};
  return encode(picture, shape, coding, [&](AVCodecContext& context, Options& options, AVFrame&) {
    context.global_quality = quality * FF_QP2LAMBDA;
    options.set("quality", std::int64_t{quality});
    options.set("compression_level", std::int64_t{2});  // Above, bytes hardly shrink.
  });
}

StillShape whole_of(const AVFrame& picture, int width, int height) {
  return {{0, 0, picture.width, picture.height}, width, height};
}

}  // namespace weike::media
