#include "api/playback/media_replies.hpp"

#include "api/http/conditional.hpp"
#include "api/http/ranges.hpp"
#include "api/playback/media_file.hpp"

#include <utility>

namespace weike::playback {
namespace {

enum class Lasting { unchanging, replaced };

// Shared links carry the epoch, so what they name never changes while they live; no cache keeps it
// longer than the shortest life of a signature. Links of one viewer are asked about every time.
std::string cache_control(const MediaToken& token, Lasting lasting) {
  if (!token.is_shared()) return "private, no-cache";
  if (lasting == Lasting::replaced) return "public, max-age=0, s-maxage=10";
  return "public, max-age=21600, immutable";
}

// A blob never changes after its commit and its name stands in the URL: the size tells enough.
std::string etag_of(const storage::OpenFile& file) {
  return http::quoted_tag(std::to_string(file.size_bytes()));
}

// `body_of(offset, length)` gives the bytes that are asked for of `size`.
template <class BodyOf>
http::Response bytes_response(const MediaRequest& request, const MediaToken& token,
                              const std::string& etag, std::uint64_t size, BodyOf body_of) {
  const auto caching = cache_control(token, Lasting::unchanging);
  if (http::is_not_modified(request.if_none_match, etag)) return http::not_modified(etag, caching);

  // Range is defined for GET alone (RFC 9110 §14.2).
  const auto range = request.method == http::Method::get ? request.range : std::string_view{};
  const auto part = http::answer_range(range, request.if_range, etag, size);
  http::Response response;
  response.headers.add("ETag", etag);
  response.headers.add("Cache-Control", caching);
  response.headers.add("Accept-Ranges", "bytes");
  if (part.kind != http::RangeAnswer::Kind::whole)
    response.headers.add("Content-Range", http::content_range(part, size));
  if (part.kind == http::RangeAnswer::Kind::unsatisfiable) {
    response.status = 416;
    return response;
  }
  response.status = part.kind == http::RangeAnswer::Kind::part ? 206 : 200;
  response.headers.add("Content-Type", std::string(content_type_of(request.file)));
  response.body = body_of(part.offset, part.length);
  return response;
}

}  // namespace

http::Response playlist_response(const MediaRequest& request, const MediaToken& token,
                                 const Playlist& playlist) {
  const auto caching = cache_control(token, Lasting::replaced);
  if (http::is_not_modified(request.if_none_match, playlist.etag))
    return http::not_modified(playlist.etag, caching);
  http::Response response;
  response.headers.add("Content-Type", std::string(content_type_of(request.file)));
  response.headers.add("ETag", playlist.etag);
  response.headers.add("Cache-Control", caching);
  response.body = playlist.bytes;
  return response;
}

http::Response file_response(const MediaRequest& request, const MediaToken& token,
                             std::shared_ptr<const storage::OpenFile> file, MediaGate::Pass pass) {
  const auto etag = etag_of(*file);
  const auto size = file->size_bytes();
  return bytes_response(request, token, etag, size,
                        [&](std::uint64_t offset, std::uint64_t length) {
                          return http::FileBody{std::move(file), offset, length, std::move(pass)};
                        });
}

http::Response whole_file_response(const MediaRequest& request, const MediaToken& token,
                                   std::shared_ptr<const WholeFile> file, storage::BlobStore& blobs,
                                   AssetId asset, MediaGate::Pass pass) {
  const auto etag = file->etag;
  const auto size = file->total_bytes;
  return bytes_response(
      request, token, etag, size, [&](std::uint64_t offset, std::uint64_t length) {
        return parts_of(std::move(file), offset, length, blobs, asset, std::move(pass));
      });
}

}  // namespace weike::playback
