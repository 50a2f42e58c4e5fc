#include "api/playback/awaited_segment.hpp"

#include "api/http/bell.hpp"
#include "api/http/problem.hpp"

#include <functional>
#include <string>
#include <utility>

namespace weike::playback {
namespace {

class AwaitedSegment final : public http::LaterAnswer {
 public:
  AwaitedSegment(MediaDelivery& delivery, const MediaRequest& media, const http::Request& request)
      : delivery_(delivery),
        asset_(media.asset),
        token_(media.token),
        file_(media.file),
        headers_(request.headers),
        language_(request.language()),
        request_id_(request.request_id) {}

  // False if nobody would make the segment.
  bool make_wish() {
    wish_ = delivery_.want(media_request(), [bell = bell_] { bell->ring(); });
    return wish_ != nullptr;
  }

  void on_ready(std::function<void()> wake) override { bell_->on_ring(std::move(wake)); }
  std::chrono::milliseconds patience() const override { return delivery_.segment_patience(); }
  http::Response answer() override {
    auto answer = delivery_.answer(media_request());
    if (answer) return std::move(*answer);
    return media_problem(answer.error(), language_, request_id_);
  }

 private:
  MediaRequest media_request() const {
    return {http::Method::get, asset_, token_, file_, http::conditions_of(headers_)};
  }

  MediaDelivery& delivery_;
  const std::string asset_;
  const std::string token_;
  const std::string file_;
  const http::Headers headers_;
  const http::Language language_;
  const std::string request_id_;
  const std::shared_ptr<http::Bell> bell_ = std::make_shared<http::Bell>();
  std::shared_ptr<SegmentRequests::Wish> wish_;
};

}  // namespace

std::shared_ptr<http::LaterAnswer> await_segment(MediaDelivery& delivery, const MediaRequest& media,
                                                 const http::Request& request) {
  auto awaited = std::make_shared<AwaitedSegment>(delivery, media, request);
  return awaited->make_wish() ? awaited : nullptr;
}

http::Response media_problem(const Error& error, http::Language language,
                             std::string_view request_id) {
  auto response = http::problem(error, language, request_id);
  if (error.reason == "segment_not_ready") response.headers.set("Retry-After", "2");
  return response;
}

}  // namespace weike::playback
