#include "api/uploads/upload_sink.hpp"

#include "api/uploads/upload_replies.hpp"

namespace weike::uploads {

UploadSink::UploadSink(UploadService& service, std::unique_ptr<ChunkWriter> writer,
                       const http::Request& request, SinkKind kind)
    : service_(service),
      writer_(std::move(writer)),
      id_(writer_->upload().id),
      viewer_(request.viewer),
      language_(request.language()),
      request_id_(request.request_id),
      kind_(kind) {}

void UploadSink::attach(std::function<void()> interrupt) {
  writer_->on_wanted(std::move(interrupt));
}

Result<> UploadSink::write(std::span<const std::byte> bytes) { return writer_->append(bytes); }

http::Response UploadSink::finish(http::BodyEnd end) {
  const bool is_whole = end == http::BodyEnd::complete;
  const auto upload = writer_->finish(is_whole ? ChunkEnd::complete : ChunkEnd::broken);
  writer_.reset();
  if (kind_ == SinkKind::creation && !(is_whole && upload)) drop_if_useless(upload);
  if (!upload) return refused(upload.error(), language_, request_id_);
  if (!is_whole && upload->state != UploadState::complete) {
    return refused({ErrorCode::locked, "another request took over"}, language_, request_id_);
  }
  return kind_ == SinkKind::creation ? created(*upload) : patched(*upload);
}

// Nobody knows the path of an upload whose creation was not answered well: without bytes worth
// keeping it would only fill one of its owner's places.
void UploadSink::drop_if_useless(const Result<Upload>& upload) {
  if (upload && upload->offset_bytes > 0) return;
  [[maybe_unused]] auto dropped = service_.terminate(viewer_, id_);
}

}  // namespace weike::uploads
