#include "media/transcode/audio_encoder.hpp"

#include "media/av/av_error.hpp"

extern "C" {
#include <libavutil/channel_layout.h>
}

#include <algorithm>

namespace weike::media {
namespace {

Result<> collect(AVCodecContext& context, std::vector<Bytes>& packets) {
  auto packet = make_packet();
  if (!packet) return av_failure("encode sound", AVERROR(ENOMEM));
  while (true) {
    const int got = avcodec_receive_packet(&context, packet.get());
    if (got == AVERROR(EAGAIN) || got == AVERROR_EOF) return {};
    if (got < 0) return av_failure("encode sound", got);
    const auto bytes =
        std::as_bytes(std::span(packet->data, static_cast<std::size_t>(packet->size)));
    packets.emplace_back(bytes.begin(), bytes.end());
    av_packet_unref(packet.get());
  }
}

}  // namespace

Result<AudioEncoder> AudioEncoder::open(const AudioRung& rung) {
  const AVCodec* codec = avcodec_find_encoder_by_name("aac");
  if (!codec) return Error{ErrorCode::internal, "the AAC encoder is missing", "media_library"};
  AudioEncoder made;
  made.context_.reset(avcodec_alloc_context3(codec));
  if (!made.context_) return av_failure("allocate encoder", AVERROR(ENOMEM));
  AVCodecContext& context = *made.context_;
  context.sample_fmt = AV_SAMPLE_FMT_FLTP;
  context.sample_rate = static_cast<int>(kAudioRate);
  context.time_base = {1, static_cast<int>(kAudioRate)};
  context.bit_rate = rung.kbps * 1000LL;
  context.profile = FF_PROFILE_AAC_LOW;
  context.thread_count = 1;
  context.flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_BITEXACT;
  av_channel_layout_default(&context.ch_layout, rung.channels);
  const int opened = avcodec_open2(&context, codec, nullptr);
  if (opened < 0) return av_failure("open AAC encoder", opened);
  // The shape of packets that callers rely on.
  if (context.frame_size != kAudioFrameSamples || context.initial_padding != kAudioFrameSamples)
    return Error{ErrorCode::internal, "unexpected AAC framing", "media_library"};
  const auto config =
      std::as_bytes(std::span(context.extradata, static_cast<std::size_t>(context.extradata_size)));
  made.init_ = audio_init(rung, config);
  return made;
}

Result<std::vector<Bytes>> AudioEncoder::encode(const Sound& sound) {
  std::vector<Bytes> packets;
  const auto samples = static_cast<std::int64_t>(sound.front().size());
  for (std::int64_t at = 0; at + kAudioFrameSamples <= samples; at += kAudioFrameSamples) {
    auto frame = make_frame();
    if (!frame) return av_failure("encode sound", AVERROR(ENOMEM));
    frame->nb_samples = static_cast<int>(kAudioFrameSamples);
    frame->format = AV_SAMPLE_FMT_FLTP;
    frame->sample_rate = static_cast<int>(kAudioRate);
    frame->pts = at;
    av_channel_layout_copy(&frame->ch_layout, &context_->ch_layout);
    if (const int got = av_frame_get_buffer(frame.get(), 0); got < 0)
      return av_failure("encode sound", got);
    for (std::size_t channel = 0; channel < sound.size(); ++channel) {
      const auto from = sound[channel].begin() + at;
      std::copy(from, from + kAudioFrameSamples,
                reinterpret_cast<float*>(frame->extended_data[channel]));
    }
    if (const int sent = avcodec_send_frame(context_.get(), frame.get()); sent < 0)
      return av_failure("encode sound", sent);
    if (auto collected = collect(*context_, packets); !collected) return collected.error();
  }
  if (const int sent = avcodec_send_frame(context_.get(), nullptr); sent < 0)
    return av_failure("encode sound", sent);
  if (auto collected = collect(*context_, packets); !collected) return collected.error();
  return packets;
}

}  // namespace weike::media
