#include "media/transcode/av1_encoder.hpp"

#include "media/av/av_error.hpp"
#include "media/package/av1.hpp"

namespace weike::media {
namespace {

constexpr std::int64_t kPreset = 12;

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
  context.level = kAv1Level;
  context.thread_count = 1;
  context.flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_CLOSED_GOP;
}

bool has_planned_header(const AVCodecContext& context, const VideoRung& rung) {
  const auto header = view(context.extradata, context.extradata_size);
  const Bytes planned = av1_sequence_header(rung.width, rung.height);
  return std::equal(header.begin(), header.end(), planned.begin(), planned.end());
}

}  // namespace

Result<std::unique_ptr<Av1Encoder>> Av1Encoder::open(const VideoRung& rung, const Plan& plan) {
  const AVCodec* codec = avcodec_find_encoder_by_name("libsvtav1");
  if (!codec) return Error{ErrorCode::internal, "libsvtav1 is missing", "media_library"};
  std::unique_ptr<Av1Encoder> made(new Av1Encoder);
  made->context_.reset(avcodec_alloc_context3(codec));
  if (!made->context_) return av_failure("allocate encoder", AVERROR(ENOMEM));
  apply_settings(*made->context_, rung, plan);
  Options settings;
  settings.set("preset", kPreset);
  settings.set("crf", std::int64_t{rung.crf});
  settings.set("svtav1-params", "lp=1");
  const int opened = avcodec_open2(made->context_.get(), codec, settings.get());
  if (opened < 0) {
    made->is_finished_ = true;  // Nothing runs that would have to be ended.
    return av_failure("open SVT-AV1", opened);
  }
  if (!has_planned_header(*made->context_, rung))
    return Error{ErrorCode::internal, "SVT-AV1 differs from the plan", "plan_mismatch"};
  made->init_ = av1_init(rung, plan.frame_rate);
  return made;
}

Av1Encoder::~Av1Encoder() {
  if (context_ && !is_finished_) end_orderly();
}

// SVT-AV1 1.4 waits for ever when it is closed before it was given a picture and the end.
void Av1Encoder::end_orderly() {
  if (count_ == 0) {
    FramePtr grey = make_frame();
    grey->width = context_->width;
    grey->height = context_->height;
    grey->format = context_->pix_fmt;
    grey->pts = 0;
    if (av_frame_get_buffer(grey.get(), 0) == 0) avcodec_send_frame(context_.get(), grey.get());
  }
  avcodec_send_frame(context_.get(), nullptr);
  const PacketPtr packet = make_packet();
  while (avcodec_receive_packet(context_.get(), packet.get()) == 0) av_packet_unref(packet.get());
}

Result<> Av1Encoder::add(FramePtr picture, std::int64_t shown_at, bool /*is_key*/) {
  ++count_;
  picture->pts = shown_at;
  picture->pict_type = AV_PICTURE_TYPE_NONE;
  while (picture->nb_side_data > 0)
    av_frame_remove_side_data(picture.get(), picture->side_data[0]->type);
  const int sent = avcodec_send_frame(context_.get(), picture.get());
  if (sent < 0) return av_failure("encode AV1", sent);
  return collect();
}

Result<std::vector<Sample>> Av1Encoder::finish() {
  const int sent = avcodec_send_frame(context_.get(), nullptr);
  if (sent < 0) return av_failure("encode AV1", sent);
  if (auto collected = collect(); !collected) return collected.error();
  is_finished_ = true;
  if (samples_.size() != count_)
    return Error{ErrorCode::internal, "SVT-AV1 lost a picture", "media_library"};
  for (std::size_t i = 0; i < samples_.size(); ++i) {
    const bool is_in_order = i == 0 || samples_[i - 1].shown_at < samples_[i].shown_at;
    if (!is_in_order || (i == 0 && !samples_[i].is_key))
      return Error{ErrorCode::internal, "SVT-AV1 gave samples out of order", "media_library"};
  }
  return std::move(samples_);
}

Result<> Av1Encoder::collect() {
  const PacketPtr packet = make_packet();
  if (!packet) return av_failure("encode AV1", AVERROR(ENOMEM));
  while (true) {
    const int got = avcodec_receive_packet(context_.get(), packet.get());
    if (got == AVERROR(EAGAIN) || got == AVERROR_EOF) return {};
    if (got < 0) return av_failure("encode AV1", got);
    auto data = to_av1_sample(view(packet->data, packet->size));
    if (!data) return Error{ErrorCode::internal, "SVT-AV1 gave a broken unit", "media_library"};
    samples_.push_back({std::move(*data), packet->pts, (packet->flags & AV_PKT_FLAG_KEY) != 0});
    av_packet_unref(packet.get());
  }
}

}  // namespace weike::media
