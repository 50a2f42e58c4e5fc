#pragma once

#include "api/http/message.hpp"
#include "api/uploads/upload_service.hpp"

#include <memory>

namespace weike::uploads {

enum class SinkKind {
  patch,     // Answers 204; the client knows the upload and can go on later.
  creation,  // Answers 201; if nothing comes of it, the upload goes again.
};

// Brings a request's body into an upload and answers as tus demands.
class UploadSink final : public http::BodySink {
 public:
  UploadSink(UploadService& service, std::unique_ptr<ChunkWriter> writer,
             const http::Request& request, SinkKind kind);

  void attach(std::function<void()> interrupt) override;
  Result<> write(std::span<const std::byte> bytes) override;
  http::Response finish(http::BodyEnd end) override;

 private:
  void drop_if_useless(const Result<Upload>& upload);

  UploadService& service_;
  std::unique_ptr<ChunkWriter> writer_;
  UploadId id_;
  Viewer viewer_;
  http::Language language_;
  std::string request_id_;
  SinkKind kind_;
};

}  // namespace weike::uploads
