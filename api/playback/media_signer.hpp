#pragma once

#include "api/http/digest.hpp"
#include "model/error.hpp"
#include "model/id.hpp"
#include "model/role.hpp"
#include "model/time.hpp"
#include "storage/kv/kv_store.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weike::playback {

// For whom a media link was signed: the first 8 bytes of the account's id, which are random. All
// zero: for everyone, as only links of public lessons are.
using ViewerTag = std::array<std::uint8_t, 8>;
inline constexpr ViewerTag kEveryone{};
ViewerTag tag_of(const Viewer& viewer);

// What a signature in a media path says.
struct MediaToken {
  Timestamp expires_at{};   // Whole seconds.
  std::uint32_t epoch = 0;  // Of the asset; a recall raises it and so ends the link.
  ViewerTag viewer = kEveryone;

  bool is_shared() const { return viewer == kEveryone; }
  bool operator==(const MediaToken&) const = default;
};

// How long a signature lives: to the end of the next bucket, so at least one bucket and at most
// two.
inline constexpr std::chrono::hours kSignatureBucket{6};
// The number of the bucket `now` lies in; whatever is signed within one bucket is byte for byte the
// same.
std::int64_t signature_bucket(Timestamp now);
Timestamp signature_expiry(Timestamp now);

// Signs and checks "/media/{asset}/{token}/{file}". The token is base64url of {version, expiry in
// seconds, epoch, viewer tag} and 16 bytes of HMAC-SHA-256 over "asset|those bytes". It stands in
// the path, so that relative URIs of playlists inherit it. Threads may share it.
class MediaSigner {
 public:
  // With the installation's own key, made at the first start.
  static Result<MediaSigner> open(storage::KvStore& store);
  explicit MediaSigner(std::string_view key) : authenticator_(key) {}

  std::string token(AssetId asset, const MediaToken& content) const;
  // "/media/{asset}/{token}/": a file name goes behind it.
  std::string folder(AssetId asset, const MediaToken& content) const;
  // What `token` says; nothing if this key did not sign it for this asset. Expiry and epoch are the
  // gate's. Takes no memory.
  std::optional<MediaToken> verify(AssetId asset, std::string_view token) const;

 private:
  http::Digest mac(AssetId asset, std::string_view content) const;

  http::Authenticator authenticator_;
};

}  // namespace weike::playback
