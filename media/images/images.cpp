#include "media/images/images.hpp"

#include "media/av/av_error.hpp"
#include "media/images/cover_source.hpp"
#include "media/images/fitting.hpp"
#include "media/images/gallery.hpp"
#include "media/images/image_files.hpp"
#include "media/images/still.hpp"
#include "media/images/storyboard.hpp"
#include "media/transcode/picture_chain.hpp"

extern "C" {
#include <libavutil/base64.h>
}

#include <algorithm>
#include <cmath>
#include <cstring>

namespace weike::media {
namespace {

constexpr int kSmallPosterSide = 480;
constexpr std::size_t kMaxPlaceholder = 600;

// From 2 (best) to 31, and from 0 to 100 (best).
constexpr int kPosterQuantiser = 4;
constexpr int kSmallQuantiser = 5;
constexpr int kTileQuantiser = 6;
constexpr int kWebpQuality = 75;

// A picture with its long side brought down to `side`.
StillShape fit(const AVFrame& picture, int side) {
  const double scale = shrink_to(side, picture.width, picture.height);
  return whole_of(picture, even_side(picture.width, scale), even_side(picture.height, scale));
}

Result<> put(OutputSink& sink, const std::string& name, const Result<Bytes>& image) {
  return image ? sink.put(name, *image) : Result<>(image.error());
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
Result<std::string> make_placeholder(const AVFrame& picture) {
  for (const int side : {32, 24, 16, 12, 8}) {
    auto jpeg = encode_jpeg(picture, fit(picture, side), 10);
    if (!jpeg) return jpeg.error();
    std::string uri = to_data_uri(*jpeg);
    if (uri.size() <= kMaxPlaceholder) return uri;
  }
  return std::string();
}

// Posters and covers of one candidate.
class CandidateImages {
 public:
  CandidateImages(int number, OutputSink& sink) : number_(number), sink_(sink) {}

  // Gives the placeholder.
  Result<std::string> make(const AVFrame& whole) {
    auto done = put(sink_, poster_file(number_),
                    encode_jpeg(whole, fit(whole, kPosterSide), kPosterQuantiser));
    if (done)
      done = put(sink_, small_poster_file(number_),
                 encode_jpeg(whole, fit(whole, kSmallPosterSide), kSmallQuantiser));
    if (done) done = put_covers(whole);
    if (!done) return done.error();
    return make_placeholder(whole);
  }

 private:
  Result<> put_covers(const AVFrame& picture) {
    const StillShape small = fit(picture, kJudgedSide);
    RungScaler scaler(small.width, small.height);
    auto judged = scaler.make(share(picture));
    if (!judged) return judged.error();
    const Detail detail = measure_detail((*judged)->data[0], (*judged)->linesize[0],
                                         (*judged)->width, (*judged)->height);
    for (const CoverShape& shape : kCoverShapes) {
      const Crop crop = best_crop(picture.width, picture.height, shape, detail);
      const CoverSize size = cover_size(crop, shape);
      const StillShape still{crop, size.width, size.height};
      auto done = put(sink_, cover_file(number_, shape.name, "jpg"),
                      encode_jpeg(picture, still, kPosterQuantiser));
      if (done)
        done = put(sink_, cover_file(number_, shape.name, "webp"),
                   encode_webp(picture, still, kWebpQuality));
      if (!done) return done;
    }
    return {};
  }

  const int number_;
  OutputSink& sink_;
};

void copy_plane(const AVFrame& from, AVFrame& to, int plane, int left, int top) {
  const int shift = plane == 0 ? 0 : 1;
  const int width = from.width >> shift;
  for (int y = 0; y < from.height >> shift; ++y) {
    const std::uint8_t* row = from.data[plane] + std::ptrdiff_t{y} * from.linesize[plane];
    const int line = (top >> shift) + y;
    std::uint8_t* target = to.data[plane] + std::ptrdiff_t{line} * to.linesize[plane];
    std::memcpy(target + (left >> shift), row, static_cast<std::size_t>(width));
  }
}

Result<FramePtr> black_sheet(int width, int height) {
  FramePtr sheet = make_frame();
  if (!sheet) return av_failure("storyboard", AVERROR(ENOMEM));
  sheet->format = AV_PIX_FMT_YUV420P;
  sheet->width = width;
  sheet->height = height;
  if (const int code = av_frame_get_buffer(sheet.get(), 0); code < 0)
    return av_failure("storyboard", code);
  constexpr int kBlackLuma = 16;
  constexpr int kNoColour = 128;
  for (const int plane : {0, 1, 2}) {
    const int lines = plane == 0 ? height : height / 2;
    std::memset(sheet->data[plane], plane == 0 ? kBlackLuma : kNoColour,
                static_cast<std::size_t>(sheet->linesize[plane]) * static_cast<std::size_t>(lines));
  }
  return sheet;
}

Result<> put_storyboard(const Plan& plan, const std::vector<FramePtr>& tiles, OutputSink& sink) {
  const StoryboardLayout layout = storyboard_layout(plan);
  const auto full =
      static_cast<std::size_t>(layout.columns) * static_cast<std::size_t>(layout.rows);
  for (int number = 1; number <= layout.sheets; ++number) {
    auto sheet = black_sheet(layout.columns * layout.tile_width,
                             layout.rows_on(number) * layout.tile_height);
    if (!sheet) return sheet.error();
    for (int i = 0; i < layout.tiles_on(number); ++i) {
      const AVFrame& tile =
          *tiles.at(static_cast<std::size_t>(number - 1) * full + static_cast<std::size_t>(i));
      for (const int plane : {0, 1, 2})
        copy_plane(tile, **sheet, plane, i % layout.columns * layout.tile_width,
                   i / layout.columns * layout.tile_height);
    }
    const AVFrame& picture = **sheet;
    const StillShape whole = whole_of(picture, picture.width, picture.height);
    if (auto done =
            put(sink, storyboard_sheet(number), encode_jpeg(picture, whole, kTileQuantiser));
        !done)
      return done;
  }
  return {};
}

}  // namespace

Result<nlohmann::json> make_images(const TaskInput& input, const ImagesTask& task,
                                   OutputSink& sink) {
  const Plan& plan = task.plan;
  if (plan.video.empty() || !input.has_reel())
    return Error{ErrorCode::invalid_argument, "no picture", "bad_task"};
  const auto gallery = collect_gallery(input, plan, sink);
  if (!gallery) return gallery.error();
  auto placeholders = nlohmann::json::array();
  int number = 0;
  for (const FramePtr& cover : gallery->covers) {
    auto placeholder = CandidateImages(++number, sink).make(*cover);
    if (!placeholder) return placeholder.error();
    placeholders.push_back(*placeholder);
  }
  if (auto done = put_storyboard(plan, gallery->tiles, sink); !done) return done.error();
  nlohmann::json result;
  result["placeholders"] = std::move(placeholders);
  return {boost::system::in_place_value, std::move(result)};
}

}  // namespace weike::media
