#include "api/playback/media_replies.hpp"

#include "api/http/conditional.hpp"
#include "api/http/multipart_ranges.hpp"
#include "api/http/ranges.hpp"
#include "api/playback/media_file.hpp"
#include "api/playback/whole_file.hpp"

#include <utility>

namespace weike::playback {
namespace {

// Shared links carry the epoch, so what they name never changes while they live; no cache keeps it
// longer than the shortest life of a signature. Links of one viewer are asked about every time.
constexpr std::array<std::string_view, kReaders> kCaching{"private, no-cache",
                                                          "public, max-age=21600, immutable"};

http::Response reply(int status, const http::SharedFields& fields) {
  http::Response response;
  response.status = status;
  response.headers = http::Headers(fields);
  return response;
}

// `body_of(offset, length)` gives the bytes that are asked for of `size`; it may be kept and called
// once for each of several ranges.
template <class BodyOf>
Result<http::Response> bytes_response(const MediaRequest& request, const MediaToken& token,
                                      const FileFields& fields, std::uint64_t size,
                                      BodyOf body_of) {
  const auto readers = static_cast<std::size_t>(readers_of(token));
  const http::Validators validators{fields.etag};
  const auto verdict = http::judge(request.conditions, request.method, validators);
  if (verdict == http::Verdict::failed)
    return Error{ErrorCode::precondition_failed, "another state of the media"};
  if (verdict == http::Verdict::not_modified) return reply(304, fields.bare[readers]);

  // Range is defined for GET alone (RFC 9110 §14.2).
  const bool is_get = request.method == http::Method::get;
  const auto range = is_get ? request.conditions.range : std::string_view{};
  auto part = http::answer_range(range, request.conditions.if_range, validators, size);
  using Kind = http::RangeAnswer::Kind;
  if (part.kind == Kind::parts) {
    auto response = reply(206, fields.bare[readers]);
    http::send_as_multipart(response, std::move(part.parts), size, fields.type, std::move(body_of));
    return response;
  }
  if (part.kind == Kind::unsatisfiable) {
    auto response = reply(416, fields.bare[readers]);
    response.headers.set_content_range(0, 0, size);
    return response;
  }
  auto response = reply(part.kind == Kind::part ? 206 : 200, fields.content[readers]);
  if (part.kind == Kind::part) response.headers.set_content_range(part.offset, part.length, size);
  response.body = body_of(part.offset, part.length);
  return response;
}

}  // namespace

Readers readers_of(const MediaToken& token) {
  return token.is_shared() ? Readers::everyone : Readers::one;
}

FileFields file_fields(std::string_view name, std::string etag) {
  FileFields fields;
  fields.etag = std::move(etag);
  fields.type = content_type_of(name);
  for (std::size_t readers = 0; readers < kReaders; ++readers) {
    http::FixedFields bare;
    bare.add("ETag", fields.etag).add("Cache-Control", kCaching[readers]);
    bare.add("Accept-Ranges", "bytes");
    http::FixedFields content = bare;
    content.add("Content-Type", fields.type);
    fields.bare[readers] = std::make_shared<const http::FixedFields>(std::move(bare));
    fields.content[readers] = std::make_shared<const http::FixedFields>(std::move(content));
  }
  return fields;
}

ServedFile served_file(std::string_view name, std::shared_ptr<const storage::OpenFile> file) {
  // A blob never changes after its commit and its name stands in the URL: the size tells enough.
  auto fields = file_fields(name, http::quoted_tag(std::to_string(file->size_bytes())));
  return {std::move(file), std::move(fields)};
}

Result<http::Response> file_response(const MediaRequest& request, const MediaToken& token,
                                     const ServedFile& served, MediaGate::Pass pass) {
  return bytes_response(
      request, token, served.fields, served.file->size_bytes(),
      [file = served.file, pass = std::move(pass)](std::uint64_t offset, std::uint64_t length) {
        return http::FileBody{file, offset, length, pass};
      });
}

Result<http::Response> whole_file_response(const MediaRequest& request, const MediaToken& token,
                                           std::shared_ptr<const WholeFile> file,
                                           MediaGate::Pass pass) {
  const WholeFile& whole = *file;
  return bytes_response(
      request, token, whole.fields(), whole.size_bytes(),
      [file = std::move(file), pass = std::move(pass)](std::uint64_t offset, std::uint64_t length) {
        return http::FileBody{nullptr, offset, length, pass, file};
      });
}

}  // namespace weike::playback
