#include "media/images/images.hpp"

#include "media/av/av_error.hpp"
#include "media/images/jpeg.hpp"
#include "media/transcode/picture_chain.hpp"
#include "media/transcode/video_reader.hpp"

extern "C" {
#include <libavutil/base64.h>
}

#include <algorithm>
#include <cmath>

namespace weike::media {
namespace {

constexpr int kCandidates = 8;
constexpr int kPosterSide = 1280;
constexpr int kSmallPosterSide = 480;
constexpr int kJudgedSide = 320;
constexpr std::size_t kMaxPlaceholder = 600;

struct Size {
  int width;
  int height;
};

// The plan's upright picture with its long side brought down to `side`.
Size fit(const Plan& plan, int side) {
  const VideoRung& top = plan.video.front();
  const double scale = std::min(1.0, static_cast<double>(side) / std::max(top.width, top.height));
  const auto even = [&](int length) {
    return std::max(2, static_cast<int>(std::lround(length * scale / 2)) * 2);
  };
  return {even(top.width), even(top.height)};
}

// How much fine detail a picture shows: the mean square of its second differences. Nearly black or
// white pictures, such as fades, count little.
double sharpness(const AVFrame& picture) {
  const int stride = picture.linesize[0];
  double sum = 0;
  double brightness = 0;
  for (int y = 1; y + 1 < picture.height; ++y) {
    const std::uint8_t* row = picture.data[0] + std::ptrdiff_t{y} * stride;
    for (int x = 1; x + 1 < picture.width; ++x) {
      const int detail = 4 * row[x] - row[x - 1] - row[x + 1] - row[x - stride] - row[x + stride];
      sum += detail * detail;
      brightness += row[x];
    }
  }
  const double pixels = std::max(1.0, static_cast<double>(picture.width) * picture.height);
  brightness /= pixels;
  const bool is_extreme = brightness < 40 || brightness > 225;
  return sum / pixels * (is_extreme ? 0.05 : 1);
}

Result<FramePtr> sharpest_key_frame(int descriptor, const Plan& plan, OutputSink& sink) {
  auto reader = VideoReader::open(descriptor, plan.video_stream, SourceOptions{});
  if (!reader) return reader.error();
  reader->keep_key_frames_only();
  const Size judged = fit(plan, kJudgedSide);
  UprightPicture small(plan, judged.width, judged.height);
  FramePtr best;
  double best_score = -1;
  std::int64_t last_time = INT64_MIN;
  for (int i = 0; i < kCandidates; ++i) {
    sink.progress(i, kCandidates);
    const std::int64_t at_us =
        std::int64_t{plan.duration_ms()} * 1000 * (2 * i + 1) / (2 * kCandidates);
    if (auto sought = reader->seek(plan.video_start_us + at_us); !sought) return sought.error();
    auto frame = reader->next();
    if (!frame) return frame.error();
    if (!*frame || (*frame)->pts == last_time) continue;
    last_time = (*frame)->pts;
    auto judged_picture = small.make(share(**frame));
    if (!judged_picture) return judged_picture.error();
    const double score = sharpness(**judged_picture);
    if (score <= best_score) continue;
    best_score = score;
    best = std::move(*frame);
  }
  if (!best) return rejected("damaged", "no key frame can be decoded");
  return best;
}

std::string to_data_uri(const Bytes& jpeg) {
  std::string encoded(AV_BASE64_SIZE(jpeg.size()), '\0');
  av_base64_encode(encoded.data(), static_cast<int>(encoded.size()),
                   reinterpret_cast<const std::uint8_t*>(jpeg.data()),
                   static_cast<int>(jpeg.size()));
  encoded.pop_back();  // The terminating zero.
  return "data:image/jpeg;base64," + encoded;
}

// The largest of a few tiny pictures that fits; empty if none does.
Result<std::string> make_placeholder(const Plan& plan, const AVFrame& picture) {
  for (const int side : {32, 24, 16, 12, 8}) {
    const Size size = fit(plan, side);
    auto jpeg = encode_jpeg(picture, size.width, size.height, 10);
    if (!jpeg) return jpeg.error();
    std::string uri = to_data_uri(*jpeg);
    if (uri.size() <= kMaxPlaceholder) return uri;
  }
  return std::string();
}

}  // namespace

Result<nlohmann::json> make_images(int descriptor, const ImagesTask& task, OutputSink& sink) {
  const Plan& plan = task.plan;
  if (plan.video.empty()) return Error{ErrorCode::invalid_argument, "no picture", "bad_task"};
  auto best = sharpest_key_frame(descriptor, plan, sink);
  if (!best) return best.error();
  const Size size = fit(plan, kPosterSide);
  UprightPicture upright(plan, size.width, size.height);
  auto picture = upright.make(std::move(*best));
  if (!picture) return picture.error();

  const Size small = fit(plan, kSmallPosterSide);
  auto poster = encode_jpeg(**picture, size.width, size.height, 4);
  if (!poster) return poster.error();
  auto small_poster = encode_jpeg(**picture, small.width, small.height, 5);
  if (!small_poster) return small_poster.error();
  auto placeholder = make_placeholder(plan, **picture);
  if (!placeholder) return placeholder.error();
  if (auto put = sink.put("poster.jpg", *poster); !put) return put.error();
  if (auto put = sink.put("poster_small.jpg", *small_poster); !put) return put.error();
  nlohmann::json result;
  result["placeholder"] = *placeholder;
  return {boost::system::in_place_value, std::move(result)};
}

}  // namespace weike::media
