#include "api/uploads/upload_routes.hpp"

#include "api/http/problem.hpp"
#include "api/http/reply.hpp"
#include "api/uploads/upload_replies.hpp"
#include "api/uploads/upload_sink.hpp"

namespace weike::uploads {
namespace {

using http::Headers;
using http::Method;
using http::Request;
using http::Response;
using http::StreamAnswer;

constexpr std::string_view kCollection = "/api/v1/uploads";
constexpr std::string_view kItem = "/api/v1/uploads/{id}";

Result<> check_version(const Headers& headers) {
  if (headers.get("Tus-Resumable") == kTusVersion) return {};
  return Error{ErrorCode::precondition_failed, "another version of tus", "tus_version",
               "Tus-Resumable"};
}

Result<> check_chunk_type(const Headers& headers) {
  if (headers.get("Content-Type") == "application/offset+octet-stream") return {};
  return Error{ErrorCode::unsupported_type, "not offset+octet-stream", "offset_type_expected"};
}

// An id that is none names nothing.
Result<UploadId> id_in(const Request& request) {
  const auto found = request.parameters.find("id");
  const auto id = found == request.parameters.end() ? std::nullopt : UploadId::parse(found->second);
  if (!id) return Error{ErrorCode::not_found, "no such upload"};
  return *id;
}

bool has_body(const Headers& headers) {
  if (headers.get("Transfer-Encoding")) return true;
  return headers.get("Content-Length").value_or("0") != "0";
}

Result<NewUpload> read_creation(const Headers& headers) {
  if (auto version = check_version(headers); !version) return version.error();
  if (has_body(headers)) {
    if (auto type = check_chunk_type(headers); !type) return type.error();
  }
  NewUpload wanted;
  auto size = byte_count(headers, "Upload-Length");
  if (!size) return size.error();
  const auto deferred = headers.get("Upload-Defer-Length");
  if (deferred && (*deferred != "1" || *size)) {
    return Error{ErrorCode::invalid_argument, "length and no length", "", "Upload-Defer-Length"};
  }
  if (!deferred && !*size) {
    return Error{ErrorCode::invalid_argument, "no length", "missing_field", "Upload-Length"};
  }
  wanted.size_bytes = *size;
  wanted.metadata = headers.get("Upload-Metadata").value_or("");
  auto metadata = parse_metadata(wanted.metadata);
  if (!metadata) return metadata.error();
  wanted.parsed_metadata = std::move(*metadata);
  return wanted;
}

// The fields that POST and PATCH share.
Result<ChunkRequest> read_chunk(const Headers& headers) {
  ChunkRequest chunk;
  auto announced = byte_count(headers, "Content-Length");
  if (!announced) return announced.error();
  chunk.announced_bytes = *announced;
  if (const auto field = headers.get("Upload-Checksum")) {
    auto checksum = parse_checksum(*field);
    if (!checksum) return checksum.error();
    chunk.checksum = std::move(*checksum);
  }
  return chunk;
}

Result<ChunkRequest> read_patch(const Headers& headers) {
  if (auto version = check_version(headers); !version) return version.error();
  if (auto type = check_chunk_type(headers); !type) return type.error();
  auto offset = byte_count(headers, "Upload-Offset");
  if (!offset) return offset.error();
  if (!*offset) {
    return Error{ErrorCode::invalid_argument, "no offset", "missing_field", "Upload-Offset"};
  }
  auto size = byte_count(headers, "Upload-Length");
  if (!size) return size.error();
  auto chunk = read_chunk(headers);
  if (!chunk) return chunk.error();
  chunk->offset_bytes = **offset;
  chunk->size_bytes = *size;
  return chunk;
}

StreamAnswer create(const Request& request, UploadService& service) {
  auto wanted = read_creation(request.headers);
  if (!wanted) return refused(wanted.error(), request);
  auto chunk = read_chunk(request.headers);
  if (!chunk) return refused(chunk.error(), request);
  auto upload = service.create(request.viewer, *wanted);
  if (!upload) return refused(upload.error(), request);
  if (!has_body(request.headers)) return created(*upload);
  auto writer = service.open_chunk(request.viewer, upload->id, std::move(*chunk));
  if (!writer) {
    [[maybe_unused]] auto dropped = service.terminate(request.viewer, upload->id);
    return refused(writer.error(), request);
  }
  return std::make_unique<UploadSink>(service, std::move(*writer), request, SinkKind::creation);
}

StreamAnswer patch(const Request& request, UploadService& service) {
  auto chunk = read_patch(request.headers);
  if (!chunk) return refused(chunk.error(), request);
  auto id = id_in(request);
  if (!id) return refused(id.error(), request);
  auto writer = service.open_chunk(request.viewer, *id, std::move(*chunk));
  if (!writer) return refused(writer.error(), request);
  return std::make_unique<UploadSink>(service, std::move(*writer), request, SinkKind::patch);
}

Response head(const Request& request, UploadService& service) {
  if (auto version = check_version(request.headers); !version) {
    return refused(version.error(), request);
  }
  auto id = id_in(request);
  if (!id) return refused(id.error(), request);
  auto upload = service.resume(request.viewer, *id);
  return upload ? resume_point(*upload) : refused(upload.error(), request);
}

Response terminate(const Request& request, UploadService& service) {
  if (auto version = check_version(request.headers); !version) {
    return refused(version.error(), request);
  }
  auto id = id_in(request);
  if (!id) return refused(id.error(), request);
  auto gone = service.terminate(request.viewer, *id);
  return gone ? done() : refused(gone.error(), request);
}

nlohmann::json shown(const Upload& upload, const Request& request, UploadService& service) {
  // Without it the upload is still worth showing.
  const auto glance = service.glance(upload.id);
  return to_wire(upload, glance ? *glance : std::nullopt, request.language());
}

Response show(const Request& request, UploadService& service) {
  auto id = id_in(request);
  if (!id) return problem(id.error(), request);
  auto upload = service.find(request.viewer, *id);
  if (!upload) return problem(upload.error(), request);
  return http::json_response(200, shown(*upload, request, service));
}

Response list(const Request& request, UploadService& service) {
  auto uploads = service.unfinished(request.viewer);
  if (!uploads) return problem(uploads.error(), request);
  auto items = nlohmann::json::array();
  for (const auto& upload : *uploads) items.push_back(shown(upload, request, service));
  return http::json_response(200, {{"items", std::move(items)}, {"next_cursor", nullptr}});
}

using PlainHandler = Response (*)(const Request&, UploadService&);
using StreamingHandler = StreamAnswer (*)(const Request&, UploadService&);

}  // namespace

void add_routes(http::Router& router, UploadService& service) {
  const auto add = [&](Method method, std::string_view pattern, PlainHandler handler) {
    http::Route route;
    route.method = method;
    route.pattern = pattern;
    route.handler = [handler, &service](Request& request) { return handler(request, service); };
    if (method == Method::options) route.gate = http::Gate::open;
    router.add(std::move(route));
  };
  const auto add_stream = [&](Method method, std::string_view pattern, StreamingHandler handler) {
    http::Route route;
    route.method = method;
    route.pattern = pattern;
    route.stream = [handler, &service](Request& request) { return handler(request, service); };
    router.add(std::move(route));
  };
  const PlainHandler options = [](const Request&, UploadService& uploads) {
    return abilities(uploads.options().max_bytes);
  };
  add(Method::options, kCollection, options);
  add(Method::options, kItem, options);
  add_stream(Method::post, kCollection, create);
  add(Method::get, kCollection, list);
  add(Method::head, kItem, head);
  add_stream(Method::patch, kItem, patch);
  add(Method::del, kItem, terminate);
  add(Method::get, kItem, show);
}

}  // namespace weike::uploads
