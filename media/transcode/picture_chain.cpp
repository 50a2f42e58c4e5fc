#include "media/transcode/picture_chain.hpp"

#include "media/av/av_error.hpp"

#include <algorithm>
#include <cmath>

namespace weike::media {
namespace {

bool is_full_range(const AVFrame& picture) {
  const bool is_jpeg_format = picture.format == AV_PIX_FMT_YUVJ420P ||
                              picture.format == AV_PIX_FMT_YUVJ422P ||
                              picture.format == AV_PIX_FMT_YUVJ444P;
  return is_jpeg_format || picture.color_range == AVCOL_RANGE_JPEG;
}

// The matrix to read YUV with. Unsaid: what broadcasters use for that size.
std::string matrix_of(const AVFrame& picture) {
  switch (picture.colorspace) {
    case AVCOL_SPC_BT709:
      return "bt709";
    case AVCOL_SPC_BT470BG:
    case AVCOL_SPC_SMPTE170M:
      return "bt601";
    case AVCOL_SPC_FCC:
      return "fcc";
    case AVCOL_SPC_SMPTE240M:
      return "smpte240m";
    case AVCOL_SPC_BT2020_NCL:
    case AVCOL_SPC_BT2020_CL:
      return "bt2020";
    default:
      return std::min(picture.width, picture.height) >= 720 ? "bt709" : "bt601";
  }
}

Rational pixel_aspect(const AVFrame& picture, const Plan& plan) {
  const AVRational own = picture.sample_aspect_ratio;
  if (own.num <= 0 || own.den <= 0) return plan.sample_aspect;
  return {own.num, own.den};
}

std::string turn(const Orientation& orientation) {
  std::string filters;
  switch (orientation.quarter_turns) {
    case 1:
      filters = ",transpose=clock";
      break;
    case 2:
      filters = ",hflip,vflip";
      break;
    case 3:
      filters = ",transpose=cclock";
      break;
    default:
      break;
  }
  return orientation.is_mirrored ? filters + ",hflip" : filters;
}

std::string size_text(const char* keys, int width, int height) {
  const std::string separator = ":";
  return std::string(1, keys[0]) + "=" + std::to_string(width) + separator + keys[1] + "=" +
         std::to_string(height);
}

bool has_right_pixels(const AVFrame& picture) {
  return picture.format == AV_PIX_FMT_YUV420P && !is_full_range(picture) &&
         matrix_of(picture) == "bt709";
}

// To that size and to the pixels of a rung; "null" where all of it fits, which copies nothing.
std::string conversion(const AVFrame& picture, ToneCurve curve, int width, int height) {
  if (curve != ToneCurve::sdr) {
    const char* transfer = curve == ToneCurve::pq ? "smpte2084" : "arib-std-b67";
    return "zscale=" + size_text("wh", width, height) + ":filter=bicubic:tin=" + transfer +
           ":pin=bt2020:min=bt2020nc:rin=" + (is_full_range(picture) ? "full" : "limited") +
           ":t=linear:npl=100,format=gbrpf32le,zscale=p=bt709,tonemap=hable:desat=0,"
           "zscale=t=bt709:m=bt709:r=limited,format=yuv420p";
  }
  if (has_right_pixels(picture) && picture.width == width && picture.height == height)
    return "null";
  return "scale=" + size_text("wh", width, height) +
         ":flags=bicubic:in_color_matrix=" + matrix_of(picture) +
         ":out_color_matrix=bt709:in_range=" + (is_full_range(picture) ? "pc" : "tv") +
         ":out_range=tv,format=yuv420p";
}

}  // namespace

bool UprightPicture::is_finished(const AVFrame& picture) const {
  return has_right_pixels(picture) && picture.width == width_ && picture.height == height_ &&
         pixel_aspect(picture, *plan_) == plan_->sample_aspect &&
         plan_->orientation == Orientation{} && plan_->tone_curve == ToneCurve::sdr;
}

std::string UprightPicture::chain_for(const AVFrame& picture) const {
  int width = width_;  // Before the turn.
  int height = height_;
  if (plan_->orientation.quarter_turns % 2 != 0) std::swap(width, height);

  // A stream may change its picture's or pixels' size; if the shape changes too, bars fill the
  // rest.
  int inner_width = width;
  int inner_height = height;
  const Rational pixel = pixel_aspect(picture, *plan_);
  if (picture.width != plan_->source_width || picture.height != plan_->source_height ||
      pixel != plan_->sample_aspect) {
    const double aspect = pixel.value() * picture.width / picture.height;
    const double planned = static_cast<double>(width) / height;
    if (aspect > planned * 1.01) inner_height = static_cast<int>(width / aspect / 2) * 2;
    if (aspect < planned * 0.99) inner_width = static_cast<int>(height * aspect / 2) * 2;
    inner_width = std::max(2, inner_width);
    inner_height = std::max(2, inner_height);
  }

  std::string chain = conversion(picture, plan_->tone_curve, inner_width, inner_height);
  if (inner_width != width || inner_height != height)
    chain += ",pad=" + size_text("wh", width, height) + ":x=(ow-iw)/2:y=(oh-ih)/2";
  return chain + turn(plan_->orientation);
}

Result<FramePtr> UprightPicture::make(FramePtr picture) {
  if (is_finished(*picture)) return picture;
  if (!graph_ || !graph_->fits(*picture)) {
    auto made = FilterGraph::create(chain_for(*picture), *picture);
    if (!made) return made.error();
    graph_ = std::move(*made);
  }
  done_.clear();
  if (auto run = graph_->run(std::move(picture), done_); !run) return run.error();
  if (done_.size() != 1)
    return Error{ErrorCode::internal, "the picture filters gave no picture", "media_library"};
  return std::move(done_.front());
}

Result<> RungScaler::prepare(const AVFrame& picture) {
  const auto half = [](PlaneSize size) {
    return PlaneSize{(size.width + 1) / 2, (size.height + 1) / 2};
  };
  const PlaneSize from{picture.width, picture.height};
  const PlaneSize to{width_, height_};
  if (PlaneScaler::suits(from, to) && PlaneScaler::suits(half(from), half(to))) {
    luma_.emplace(from, to);
    chroma_.emplace(half(from), half(to));
    return {};
  }
  scaler_.reset(sws_getContext(picture.width, picture.height, AV_PIX_FMT_YUV420P, width_, height_,
                               AV_PIX_FMT_YUV420P, SWS_BICUBIC, nullptr, nullptr, nullptr));
  return scaler_ ? Result<>() : av_failure("create scaler", AVERROR(ENOMEM));
}

Result<FramePtr> RungScaler::make(FramePtr picture) {
  if (!luma_ && !scaler_) {
    if (auto prepared = prepare(*picture); !prepared) return prepared.error();
  }
  FramePtr scaled = pool_.take();
  if (!scaled) return av_failure("scale", AVERROR(ENOMEM));
  if (luma_) {
    for (std::size_t plane = 0; plane < 3; ++plane) {
      auto& scaler = plane == 0 ? luma_ : chroma_;
      scaler->scale(picture->data[plane], picture->linesize[plane], scaled->data[plane],
                    scaled->linesize[plane]);
    }
  } else {
    sws_scale(scaler_.get(), picture->data, picture->linesize, 0, picture->height, scaled->data,
              scaled->linesize);
  }
  scaled->pts = picture->pts;
  return scaled;
}

}  // namespace weike::media
