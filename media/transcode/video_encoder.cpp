#include "media/transcode/video_encoder.hpp"

#include "media/av/av_error.hpp"
#include "media/plan/avc_level.hpp"

#include <algorithm>
#include <cstring>

extern "C" {
#include <libavutil/cpu.h>
}

namespace weike::media {
namespace {

std::span<const std::byte> view(const std::uint8_t* data, int size) {
  return std::as_bytes(std::span(data, static_cast<std::size_t>(size)));
}

void apply_settings(AVCodecContext& context, const VideoRung& rung, const Plan& plan) {
  const auto [num, den] = plan.frame_rate;
  context.width = rung.width;
  context.height = rung.height;
  context.pix_fmt = AV_PIX_FMT_YUV420P;
  context.time_base = {static_cast<int>(den), static_cast<int>(num)};
  context.framerate = {static_cast<int>(num), static_cast<int>(den)};
  context.sample_aspect_ratio = {1, 1};
  context.color_range = AVCOL_RANGE_MPEG;
  context.colorspace = AVCOL_SPC_BT709;
  context.color_primaries = AVCOL_PRI_BT709;
  context.color_trc = AVCOL_TRC_BT709;
  context.chroma_sample_location = AVCHROMA_LOC_LEFT;
  context.gop_size = plan.gop_frames;
  context.keyint_min = plan.gop_frames;
  context.rc_max_rate = rung.max_kbps * 1000LL;
  context.rc_buffer_size = rung.max_kbps * 2000;
  // Every segment starts a new encoder. x264 keeps its buffer half full (ratecontrol.c,
  // clip_qscale): begun there, each key frame makes all that follow coarser, far below the cap too;
  // begun full (x264's 0.9), each segment spends almost a second's worth more than the cap.
  context.rc_initial_buffer_occupancy = context.rc_buffer_size / 10 * 7;
  context.level = avc_level(rung, plan.frame_rate);
  context.thread_count = 1;
  context.flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_CLOSED_GOP;
}

// Where a row of macroblocks is no multiple of eight, x264's AVX-512 code for macroblock trees
// (r3095) reads memory it never wrote, and its output differs from run to run
// (docs/decisions/0013).
bool has_whole_octets(int width) {
  constexpr int kMacroblock = 16;
  return (width + kMacroblock - 1) / kMacroblock % 8 == 0;
}

// x264 makes key frames finer than what follows (ipratio 1.4, some 3 steps of the quantiser), but
// not an encoder's very first one (ratecontrol.c, rate_estimate_qscale). Each segment begins with
// one: it would be coarser than the key frame in its middle, and pulse. Macroblock trees take back
// a part of the refinement, the more the smaller the picture is.
AVRational first_picture_offset(const AVFrame& picture) {
  const int short_side = std::min(picture.width, picture.height);
  const int tenths = short_side >= 1080 ? 36 : short_side > 360 ? 42 : 58;
  return {-tenths, 510};  // Of the range of 51 steps.
}

bool refine(AVFrame& picture) {
  AVFrameSideData* data = av_frame_new_side_data(&picture, AV_FRAME_DATA_REGIONS_OF_INTEREST,
                                                 sizeof(AVRegionOfInterest));
  if (!data) return false;
  AVRegionOfInterest whole{};
  whole.self_size = sizeof whole;
  whole.bottom = picture.height;
  whole.right = picture.width;
  whole.qoffset = first_picture_offset(picture);
  std::memcpy(data->data, &whole, sizeof whole);
  return true;
}

}  // namespace

Result<VideoEncoder> VideoEncoder::open(const VideoRung& rung, const Plan& plan) {
  const AVCodec* codec = avcodec_find_encoder_by_name("libx264");
  if (!codec) return Error{ErrorCode::internal, "libx264 is missing", "media_library"};
  VideoEncoder made;
  made.context_.reset(avcodec_alloc_context3(codec));
  if (!made.context_) return av_failure("allocate encoder", AVERROR(ENOMEM));
  apply_settings(*made.context_, rung, plan);
  Options settings;
  settings.set("preset", "veryfast");
  settings.set("profile", "high");
  settings.set("crf", std::int64_t{rung.crf});
  settings.set("sc_threshold", std::int64_t{0});
  settings.set("forced-idr", std::int64_t{1});
  if ((av_get_cpu_flags() & AV_CPU_FLAG_AVX512) && !has_whole_octets(rung.width))
    settings.set("x264-params", "asm=avx2,bmi2,fma3");
  const int opened = avcodec_open2(made.context_.get(), codec, settings.get());
  if (opened < 0) return av_failure("open x264", opened);
  const ParameterSets sets =
      find_parameter_sets(view(made.context_->extradata, made.context_->extradata_size));
  if (sets.sps.size() < 4 || sets.pps.empty())
    return Error{ErrorCode::internal, "x264 gave no parameter sets", "media_library"};
  made.init_ = video_init(rung, plan.frame_rate, sets, made.delay());
  return made;
}

Result<> VideoEncoder::add(FramePtr picture, std::int64_t shown_at, bool is_key) {
  ++count_;
  picture->pts = shown_at;
  picture->pict_type = is_key ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
  // Source frames may carry captions or encoder settings, which have no place in the output.
  while (picture->nb_side_data > 0)
    av_frame_remove_side_data(picture.get(), picture->side_data[0]->type);
  if (count_ == 1 && !refine(*picture)) return av_failure("encode", AVERROR(ENOMEM));
  const int sent = avcodec_send_frame(context_.get(), picture.get());
  if (sent < 0) return av_failure("encode", sent);
  return collect();
}

Result<std::vector<Sample>> VideoEncoder::finish() {
  const int sent = avcodec_send_frame(context_.get(), nullptr);
  if (sent < 0) return av_failure("encode", sent);
  if (auto collected = collect(); !collected) return collected.error();
  if (samples_.size() != count_)
    return Error{ErrorCode::internal, "x264 lost a picture", "media_library"};
  for (std::size_t i = 0; i < samples_.size(); ++i) {
    if (samples_[i].shown_at + delay() < static_cast<std::int64_t>(i))
      return Error{ErrorCode::internal, "x264 reorders further than it told", "media_library"};
  }
  return std::move(samples_);
}

Result<> VideoEncoder::collect() {
  auto packet = make_packet();
  if (!packet) return av_failure("encode", AVERROR(ENOMEM));
  while (true) {
    const int got = avcodec_receive_packet(context_.get(), packet.get());
    if (got == AVERROR(EAGAIN) || got == AVERROR_EOF) return {};
    if (got < 0) return av_failure("encode", got);
    samples_.push_back({to_sample(view(packet->data, packet->size)), packet->pts,
                        (packet->flags & AV_PKT_FLAG_KEY) != 0});
    av_packet_unref(packet.get());
  }
}

}  // namespace weike::media
