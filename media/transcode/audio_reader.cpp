#include "media/transcode/audio_reader.hpp"

#include "media/av/av_error.hpp"
#include "media/av/decoder.hpp"
#include "media/package/fmp4.hpp"

extern "C" {
#include <libavutil/channel_layout.h>
}

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace weike::media {
namespace {

// Decoders overlap their frames and predict from earlier ones; this much is decoded and thrown
// away.
constexpr std::int64_t kPrerollUs = 300'000;
// Samples around a stretch that the resampling filter looks at.
constexpr std::int64_t kFilterReach = 256;
// Time stamps may be this far off before a gap or an overlap is believed, in parts of a second.
constexpr std::int64_t kJitterPart = 50;

std::int64_t round_down(std::int64_t value, std::int64_t step) {
  const std::int64_t rest = value % step;
  return value - (rest < 0 ? rest + step : rest);
}

Result<SwrPtr> make_converter(AVChannelLayout& from, AVSampleFormat format, int from_rate,
                              int to_channels, int to_rate) {
  AVChannelLayout to{};
  av_channel_layout_default(&to, to_channels);
  SwrContext* context = nullptr;
  int code = swr_alloc_set_opts2(&context, &to, AV_SAMPLE_FMT_FLTP, to_rate, &from, format,
                                 from_rate, 0, nullptr);
  SwrPtr converter(context);
  if (code >= 0) code = swr_init(converter.get());
  if (code < 0) return av_failure("create sound converter", code);
  return converter;
}

std::vector<std::uint8_t*> planes(Sound& sound) {
  std::vector<std::uint8_t*> pointers;
  for (auto& channel : sound) pointers.push_back(reinterpret_cast<std::uint8_t*>(channel.data()));
  return pointers;
}

}  // namespace

Result<AudioReader> AudioReader::open(int descriptor, const Plan& plan,
                                      const SourceOptions& options) {
  SourceOptions own = options;
  own.only_stream = plan.audio_stream;
  auto source = Source::open(descriptor, own);
  if (!source) return source.error();
  if (plan.audio_stream < 0 || plan.audio_stream >= source->stream_count() || plan.audio.empty())
    return rejected("damaged", "the planned sound is not there");
  AudioReader reader;
  reader.source_ = std::move(*source);
  reader.max_pixels_ = options.max_pixels;
  reader.stream_ = plan.audio_stream;
  reader.source_.keep_only(plan.audio_stream);
  reader.channels_ = plan.audio.front().channels;
  reader.rate_ = reader.source_.stream(reader.stream_).codecpar->sample_rate;
  if (reader.rate_ < 1'000 || reader.rate_ > 400'000)
    return rejected("unsupported_codec", "sample rate " + std::to_string(reader.rate_));
  // Starting the resampler only where both grids meet makes every stretch fall on the same samples.
  const std::int64_t step = reader.rate_ / std::gcd(std::int64_t{reader.rate_}, kAudioRate);
  reader.step_ = step <= reader.rate_ / 10 ? step : 1;
  reader.origin_us_ = plan.video_start_us + plan.audio_start_us;
  reader.offset_ = av_rescale(plan.audio_start_us, kAudioRate, 1'000'000);
  return reader;
}

Result<Sound> AudioReader::read(std::int64_t first, std::int64_t count) {
  Stretch stretch;
  stretch.first = round_down(av_rescale(first - offset_, rate_, kAudioRate) - kFilterReach, step_);
  const std::int64_t end = av_rescale(first + count - offset_, rate_, kAudioRate) + kFilterReach;
  stretch.channels.assign(static_cast<std::size_t>(channels_),
                          std::vector<float>(static_cast<std::size_t>(end - stretch.first)));
  if (end > 0) {
    const std::int64_t start_us = origin_us_ + av_rescale(stretch.first, 1'000'000, rate_);
    if (auto sought = seek(start_us - kPrerollUs); !sought) return sought.error();
    if (auto filled = fill(stretch); !filled) return filled.error();
  }
  auto resampled = resample(stretch.channels);
  if (!resampled) return resampled.error();
  const std::int64_t skip = first - offset_ - av_rescale(stretch.first, kAudioRate, rate_);
  for (auto& channel : *resampled) {
    channel.resize(static_cast<std::size_t>(skip + count));
    channel.erase(channel.begin(), channel.begin() + skip);
  }
  return resampled;
}

Result<> AudioReader::seek(std::int64_t time_us) {
  AVStream& stream = source_.stream(stream_);
  // As for pictures: some containers only seek near the wanted time.
  constexpr std::array<std::int64_t, 4> kStepsBack{0, 2'000'000, 20'000'000, INT64_MAX / 4};
  for (const std::int64_t step : kStepsBack) {
    const std::int64_t target =
        av_rescale_q(std::max(time_us - step, origin_us_), kMicroseconds, stream.time_base);
    const std::int64_t wanted = av_rescale_q(time_us, kMicroseconds, stream.time_base);
    if (avformat_seek_file(&source_.format(), stream_, INT64_MIN, target, target, 0) < 0) continue;
    bool is_first = true;
    while ((pending_ = source_.read())) {
      if (pending_->stream_index != stream_ || pending_->pts == AV_NOPTS_VALUE) continue;
      if (is_first && pending_->pts > wanted && time_us - step > origin_us_) break;  // Too far.
      is_first = false;
      // From a fixed packet on, wherever the seek came down.
      if (pending_->pts >= wanted) return {};
    }
    if (!pending_ && !is_first) return {};  // The sound is over before the wanted time.
  }
  pending_.reset();
  return {};
}

Result<> AudioReader::fill(Stretch& stretch) {
  auto decoder = open_decoder(source_.stream(stream_), max_pixels_);
  if (!decoder) return decoder.error();
  auto frame = make_frame();
  if (!frame) return av_failure("decode sound", AVERROR(ENOMEM));
  // One that changes the sampling rate keeps samples, which belong to another stretch.
  mixer_.reset();
  std::int64_t expected = INT64_MIN;
  PacketPtr packet = std::move(pending_);
  bool is_at_end = !packet;
  while (!is_at_end) {
    while (packet && packet->stream_index != stream_) packet = source_.read();
    is_at_end = !packet;
    // A damaged packet leaves a hole, which stays silent.
    const int sent = avcodec_send_packet(decoder->get(), packet.get());
    if (sent == AVERROR(ENOMEM)) return av_failure("decode sound", sent);
    while (avcodec_receive_frame(decoder->get(), frame.get()) >= 0) {
      if (auto added = add_frame(*frame, stretch, expected); !added) return added.error();
      av_frame_unref(frame.get());
    }
    if (expected >= stretch.end()) return {};
    packet = source_.read();
  }
  return {};
}

std::int64_t AudioReader::source_sample(const AVFrame& frame) {
  const AVRational base = source_.stream(stream_).time_base;
  const std::int64_t origin = av_rescale_q(origin_us_, kMicroseconds, base);
  const AVRational samples{1, rate_};
  const std::int64_t sample = av_rescale_q(frame.best_effort_timestamp - origin, base, samples);
  // Matroska rounds to milliseconds; whole frames from the start are more likely than that.
  const std::int64_t tick = av_rescale_q(1, base, samples);
  if (tick < 4 || frame.nb_samples < 4 * tick) return sample;
  const std::int64_t whole = round_down(sample + frame.nb_samples / 2, frame.nb_samples);
  return std::abs(whole - sample) <= tick + 1 ? whole : sample;
}

Result<> AudioReader::add_frame(const AVFrame& frame, Stretch& stretch, std::int64_t& expected) {
  if (frame.nb_samples <= 0 || frame.sample_rate <= 0) return {};
  if (frame.best_effort_timestamp != AV_NOPTS_VALUE) {
    const std::int64_t told = source_sample(frame);
    if (expected == INT64_MIN || std::abs(told - expected) > rate_ / kJitterPart) expected = told;
  }
  if (expected == INT64_MIN) return {};
  auto mixed = convert(frame);
  if (!mixed) return mixed.error();
  const auto count = static_cast<std::int64_t>(mixed->front().size());
  const std::int64_t from = std::max(expected, stretch.first);
  const std::int64_t to = std::min(expected + count, stretch.end());
  for (std::size_t channel = 0; from < to && channel < mixed->size(); ++channel) {
    const auto begin = (*mixed)[channel].begin();
    std::copy(begin + (from - expected), begin + (to - expected),
              stretch.channels[channel].begin() + (from - stretch.first));
  }
  expected += count;
  return {};
}

Result<Sound> AudioReader::convert(const AVFrame& frame) {
  AVChannelLayout layout{};  // Neither kind owns memory.
  if (frame.ch_layout.order == AV_CHANNEL_ORDER_NATIVE)
    av_channel_layout_copy(&layout, &frame.ch_layout);
  else
    av_channel_layout_default(&layout, frame.ch_layout.nb_channels);
  if (!mixer_ || mixed_format_ != frame.format || mixed_rate_ != frame.sample_rate ||
      av_channel_layout_compare(&mixed_layout_, &layout) != 0) {
    auto made = make_converter(layout, static_cast<AVSampleFormat>(frame.format), frame.sample_rate,
                               channels_, rate_);
    if (!made) return made.error();
    mixer_ = std::move(*made);
    mixed_format_ = frame.format;
    mixed_layout_ = layout;
    mixed_rate_ = frame.sample_rate;
  }
  const std::int64_t room = av_rescale(frame.nb_samples, rate_, frame.sample_rate) + 64;
  Sound mixed(static_cast<std::size_t>(channels_),
              std::vector<float>(static_cast<std::size_t>(room)));
  auto out = planes(mixed);
  const int got =
      swr_convert(mixer_.get(), out.data(), static_cast<int>(room),
                  const_cast<const std::uint8_t**>(frame.extended_data), frame.nb_samples);
  if (got < 0) return av_failure("mix sound", got);
  for (auto& channel : mixed) channel.resize(static_cast<std::size_t>(got));
  return mixed;
}

Result<Sound> AudioReader::resample(const Sound& from) const {
  if (rate_ == kAudioRate) return from;
  AVChannelLayout layout{};
  av_channel_layout_default(&layout, channels_);
  auto converter = make_converter(layout, AV_SAMPLE_FMT_FLTP, rate_, channels_, kAudioRate);
  if (!converter) return converter.error();
  const auto count = static_cast<std::int64_t>(from.front().size());
  const std::int64_t room = av_rescale(count, kAudioRate, rate_) + 64;
  Sound to(from.size(), std::vector<float>(static_cast<std::size_t>(room)));
  auto out = planes(to);
  std::vector<const std::uint8_t*> in;
  for (const auto& channel : from)
    in.push_back(reinterpret_cast<const std::uint8_t*>(channel.data()));
  const int got = swr_convert(converter->get(), out.data(), static_cast<int>(room), in.data(),
                              static_cast<int>(count));
  if (got < 0) return av_failure("resample", got);
  for (auto& channel : to) channel.resize(static_cast<std::size_t>(got));
  return to;
}

}  // namespace weike::media
