#include "media/av/filter_graph.hpp"

#include "media/av/av_error.hpp"

extern "C" {
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
}

namespace weike::media {

Result<FilterGraph> FilterGraph::create(const std::string& chain, const AVFrame& like,
                                        AVRational time_base) {
  FilterGraph made;
  made.width_ = like.width;
  made.height_ = like.height;
  made.format_ = like.format;
  made.colorspace_ = like.colorspace;
  made.range_ = like.color_range;
  made.aspect_ = like.sample_aspect_ratio;
  made.time_base_ = time_base;
  made.graph_.reset(avfilter_graph_alloc());
  if (!made.graph_) return av_failure("allocate filters", AVERROR(ENOMEM));
  made.graph_->nb_threads = 1;
  const std::string shape =
      "video_size=" + std::to_string(like.width) + "x" + std::to_string(like.height) +
      ":pix_fmt=" + std::to_string(like.format) + ":time_base=" + std::to_string(time_base.num) +
      "/" + std::to_string(time_base.den) + ":pixel_aspect=1/1";
  int code = avfilter_graph_create_filter(&made.entry_, avfilter_get_by_name("buffer"), "in",
                                          shape.c_str(), nullptr, made.graph_.get());
  if (code >= 0)
    code = avfilter_graph_create_filter(&made.exit_, avfilter_get_by_name("buffersink"), "out",
                                        nullptr, nullptr, made.graph_.get());
  if (code < 0) return av_failure("create filters", code);

  AVFilterInOut* outputs = avfilter_inout_alloc();
  AVFilterInOut* inputs = avfilter_inout_alloc();
  if (outputs && inputs) {
    *outputs = {av_strdup("in"), made.entry_, 0, nullptr};
    *inputs = {av_strdup("out"), made.exit_, 0, nullptr};
    code = avfilter_graph_parse_ptr(made.graph_.get(), chain.c_str(), &inputs, &outputs, nullptr);
    if (code >= 0) code = avfilter_graph_config(made.graph_.get(), nullptr);
  } else {
    code = AVERROR(ENOMEM);
  }
  const FilterInOutPtr free_inputs(inputs);
  const FilterInOutPtr free_outputs(outputs);
  if (code < 0) return av_failure(chain.c_str(), code);
  return made;
}

bool FilterGraph::fits(const AVFrame& frame) const {
  return frame.width == width_ && frame.height == height_ && frame.format == format_ &&
         frame.colorspace == colorspace_ && frame.color_range == range_ &&
         frame.sample_aspect_ratio.num == aspect_.num &&
         frame.sample_aspect_ratio.den == aspect_.den;
}

Result<> FilterGraph::run(FramePtr frame, std::vector<FramePtr>& out) {
  int code = av_buffersrc_add_frame_flags(entry_, frame.get(), 0);
  if (code < 0) return av_failure("filter", code);
  while (true) {
    auto picture = make_frame();
    if (!picture) return av_failure("filter", AVERROR(ENOMEM));
    code = av_buffersink_get_frame(exit_, picture.get());
    if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return {};
    if (code < 0) return av_failure("filter", code);
    // Deinterlacers count in half steps.
    picture->pts = av_rescale_q(picture->pts, av_buffersink_get_time_base(exit_), time_base_);
    out.push_back(std::move(picture));
  }
}

}  // namespace weike::media
