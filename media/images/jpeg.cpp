#include "media/images/jpeg.hpp"

#include "media/av/av_error.hpp"
#include "media/av/filter_graph.hpp"

#include <span>

namespace weike::media {

Result<Bytes> encode_jpeg(const AVFrame& picture, int width, int height, int quantiser) {
  // JFIF means full range and the matrix of BT.601.
  const std::string chain = "scale=" + std::to_string(width) + ":" + std::to_string(height) +
                            ":flags=bicubic:in_color_matrix=bt709:in_range=tv:"
                            "out_color_matrix=bt601:out_range=pc,format=yuvj420p";
  auto graph = FilterGraph::create(chain, picture);
  if (!graph) return graph.error();
  std::vector<FramePtr> scaled;
  if (auto run = graph->run(share(picture), scaled); !run) return run.error();
  if (scaled.size() != 1)
    return Error{ErrorCode::internal, "no picture to encode", "media_library"};

  const AVCodec* codec = avcodec_find_encoder(AV_CODEC_ID_MJPEG);
  const CodecContextPtr context(codec ? avcodec_alloc_context3(codec) : nullptr);
  if (!context) return Error{ErrorCode::internal, "the JPEG encoder is missing", "media_library"};
  context->width = width;
  context->height = height;
  context->pix_fmt = AV_PIX_FMT_YUVJ420P;
  context->color_range = AVCOL_RANGE_JPEG;
  context->time_base = {1, 25};
  context->thread_count = 1;
  context->global_quality = quantiser * FF_QP2LAMBDA;
  context->qmin = context->qmax = quantiser;
  // Bit-exact also leaves the encoder's name out.
  context->flags |= AV_CODEC_FLAG_QSCALE | AV_CODEC_FLAG_BITEXACT;
  if (const int opened = avcodec_open2(context.get(), codec, nullptr); opened < 0)
    return av_failure("open JPEG encoder", opened);
  AVFrame& frame = *scaled.front();
  frame.quality = context->global_quality;
  frame.pict_type = AV_PICTURE_TYPE_I;
  frame.pts = 0;
  const PacketPtr packet = make_packet();
  int code = avcodec_send_frame(context.get(), &frame);
  if (code >= 0) code = avcodec_send_frame(context.get(), nullptr);
  if (code >= 0) code = avcodec_receive_packet(context.get(), packet.get());
  if (code < 0) return av_failure("encode JPEG", code);
  const auto bytes = std::as_bytes(std::span(packet->data, static_cast<std::size_t>(packet->size)));
  return Bytes(bytes.begin(), bytes.end());
}

}  // namespace weike::media
