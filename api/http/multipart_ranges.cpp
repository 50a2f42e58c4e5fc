#include "api/http/multipart_ranges.hpp"

#include "api/http/digest.hpp"

#include <memory>
#include <string>
#include <utility>

namespace weike::http {
namespace {

class MultipartBody final : public PartsBody {
 public:
  MultipartBody(std::vector<ByteRange> ranges, std::vector<SharedBytes> heads, StretchOf stretch_of)
      : ranges_(std::move(ranges)), heads_(std::move(heads)), stretch_of_(std::move(stretch_of)) {
    for (const auto& head : heads_) length_bytes_ += head->size();
    for (const auto& range : ranges_) length_bytes_ += range.length;
  }

  std::uint64_t length_bytes() const override { return length_bytes_; }

  Result<std::optional<Part>> next() override {
    if (inner_) {
      auto part = inner_->next();
      if (!part || *part) return part;
      inner_.reset();
    }
    if (next_head_ == heads_.size() && next_range_ == ranges_.size()) return std::optional<Part>();
    if (next_head_ == next_range_) return std::optional<Part>(heads_[next_head_++]);
    const ByteRange& range = ranges_[next_range_++];
    return first_of(stretch_of_(range.offset, range.length));
  }

 private:
  Result<std::optional<Part>> first_of(Body body) {
    if (auto* file = std::get_if<FileBody>(&body)) return std::optional<Part>(std::move(*file));
    if (auto* bytes = std::get_if<SharedBytes>(&body))
      return std::optional<Part>(std::move(*bytes));
    if (auto* parts = std::get_if<std::shared_ptr<PartsBody>>(&body)) {
      inner_ = std::move(*parts);
      return inner_->next();
    }
    return Error{ErrorCode::internal, "a stretch of no kind that can be sent"};
  }

  const std::vector<ByteRange> ranges_;
  const std::vector<SharedBytes> heads_;  // Of each range, and the end of all.
  const StretchOf stretch_of_;
  std::uint64_t length_bytes_ = 0;
  std::size_t next_head_ = 0;
  std::size_t next_range_ = 0;
  std::shared_ptr<PartsBody> inner_;  // The stretch that is being sent.
};

}  // namespace

void send_as_multipart(Response& response, std::vector<ByteRange> ranges, std::uint64_t size_bytes,
                       std::string_view content_type, StretchOf stretch_of) {
  // At random, so that nobody can put it into a file beforehand.
  const std::string boundary = to_hex(random_bytes(16));
  std::vector<SharedBytes> heads;
  heads.reserve(ranges.size() + 1);
  for (const ByteRange& range : ranges) {
    std::string head = heads.empty() ? "--" : "\r\n--";
    head.append(boundary).append("\r\nContent-Type: ").append(content_type);
    head.append("\r\nContent-Range: ").append(content_range(range, size_bytes)).append("\r\n\r\n");
    heads.push_back(std::make_shared<const std::string>(std::move(head)));
  }
  heads.push_back(std::make_shared<const std::string>("\r\n--" + boundary + "--\r\n"));
  response.status = 206;
  response.headers.add("Content-Type", "multipart/byteranges; boundary=" + boundary);
  response.body =
      std::make_shared<MultipartBody>(std::move(ranges), std::move(heads), std::move(stretch_of));
}

}  // namespace weike::http
