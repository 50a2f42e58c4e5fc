#include "media/transcode/copy_reader.hpp"

#include "media/plan/pass_through.hpp"

#include <algorithm>
#include <array>

namespace weike::media {
namespace {

Error mismatch(const char* what) {
  return {ErrorCode::internal, std::string("the source differs from the plan: ") + what,
          "plan_mismatch"};
}

std::span<const std::byte> view(const std::uint8_t* data, int size) {
  return std::as_bytes(std::span(data, static_cast<std::size_t>(std::max(size, 0))));
}

}  // namespace

Result<CopyReader> CopyReader::open(int descriptor, const Plan& plan,
                                    const SourceOptions& options) {
  CopyReader reader(plan);
  reader.descriptor_ = descriptor;
  reader.options_ = options;
  // An MP4 file's index tells all that is needed of the packets; no decoder works on them.
  reader.options_.only_stream = plan.video_stream;
  reader.options_.trusts_header = true;
  if (auto started = reader.restart(); !started) return started.error();
  return reader;
}

Result<> CopyReader::restart() {
  auto source = Source::open(descriptor_, options_);
  if (!source) return source.error();
  if (plan_->video_stream < 0 || plan_->video_stream >= source->stream_count())
    return mismatch("no such stream");
  source_ = std::move(*source);
  source_.keep_only(plan_->video_stream);
  const AVCodecParameters& parameters = *source_.stream(plan_->video_stream).codecpar;
  auto config = read_avc_config(view(parameters.extradata, parameters.extradata_size));
  if (!config) return mismatch("its parameter sets");
  config_ = std::move(*config);
  pending_.reset();
  return {};
}

Result<std::optional<CopyReader::Picture>> CopyReader::next() {
  if (pending_) return std::exchange(pending_, std::nullopt);
  PacketPtr packet = source_.read();
  while (packet && packet->stream_index != plan_->video_stream) packet = source_.read();
  if (!packet) return std::optional<Picture>();
  const auto units = split_sample(view(packet->data, packet->size), config_.length_bytes);
  if (!units || packet->pts == AV_NOPTS_VALUE) return mismatch("a packet");
  const std::int64_t shown_us =
      av_rescale_q(packet->pts, source_.stream(plan_->video_stream).time_base, kMicroseconds);
  Picture picture;
  picture.place = grid_place(shown_us, *plan_);
  picture.sample.data = to_sample(*units);
  picture.sample.is_key = std::any_of(units->begin(), units->end(), [](const auto unit) {
    return nal_type(unit) == NalType::idr_slice;
  });
  return std::optional<Picture>(std::move(picture));
}

// False when the segment's first picture lies before what is read.
Result<bool> CopyReader::skip_to(const Segment& segment) {
  while (true) {
    auto picture = next();
    if (!picture) return picture.error();
    if (!*picture || (*picture)->place > segment.first_frame) return false;
    if ((*picture)->place < segment.first_frame || !(*picture)->sample.is_key) continue;
    pending_ = std::move(*picture);
    return true;
  }
}

Result<> CopyReader::seek(const Segment& segment) {
  AVStream& stream = source_.stream(plan_->video_stream);
  const Rational rate = plan_->frame_rate;
  const std::int64_t time_us =
      plan_->video_start_us + segment.first_frame * 1'000'000 * rate.den / rate.num;
  // Indexes go by decoding times: where GOPs are short the nearest entry may be the next one's.
  constexpr std::array<std::int64_t, 3> kStepsBack{0, 1'000'000, 5'000'000};
  for (const std::int64_t step : kStepsBack) {
    const std::int64_t target = av_rescale_q(time_us - step, kMicroseconds, stream.time_base);
    pending_.reset();
    if (avformat_seek_file(&source_.format(), plan_->video_stream, INT64_MIN, target, target, 0) <
        0)
      continue;
    auto found = skip_to(segment);
    if (!found) return found.error();
    if (*found) return {};
  }
  if (auto started = restart(); !started) return started.error();
  auto found = skip_to(segment);
  if (!found) return found.error();
  return *found ? Result<>() : Result<>(mismatch("a segment's first picture"));
}

Result<std::vector<Sample>> CopyReader::read(const Segment& segment) {
  if (position_ != segment.first_frame) {
    if (auto found = seek(segment); !found) return found.error();
  }
  position_ = -1;
  std::vector<Sample> samples;
  for (std::int64_t i = 0; i < segment.frame_count; ++i) {
    auto picture = next();
    if (!picture) return picture.error();
    if (!*picture) return mismatch("it ends early");
    const std::int64_t shown_at = (*picture)->place - segment.first_frame;
    const bool begins = i == 0;
    const bool fits = shown_at >= 0 && shown_at < segment.frame_count &&
                      (!begins || (shown_at == 0 && (*picture)->sample.is_key)) &&
                      shown_at + plan_->copied->delay >= i;
    if (!fits) return mismatch("the order of its pictures");
    samples.push_back(std::move((*picture)->sample));
    samples.back().shown_at = shown_at;
  }
  position_ = segment.first_frame + segment.frame_count;
  return samples;
}

}  // namespace weike::media
