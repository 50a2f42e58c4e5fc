#include "api/playback/media_signer.hpp"

#include "api/http/base64.hpp"
#include "api/http/digest.hpp"
#include "api/http/secret_key.hpp"

#include <algorithm>

namespace weike::playback {
namespace {

constexpr char kTokenVersion = 1;
constexpr std::size_t kContentBytes = 1 + 4 + 4 + 8;
constexpr std::size_t kMacBytes = 16;

void append_number(std::string& bytes, std::uint32_t number) {
  for (int shift = 24; shift >= 0; shift -= 8)
    bytes.push_back(static_cast<char>(number >> shift & 0xff));
}

std::uint32_t number_at(std::string_view bytes, std::size_t at) {
  std::uint32_t number = 0;
  for (std::size_t i = at; i < at + 4; ++i)
    number = number << 8 | static_cast<unsigned char>(bytes[i]);
  return number;
}

}  // namespace

ViewerTag tag_of(const Viewer& viewer) {
  ViewerTag tag = kEveryone;
  if (!viewer.account) return tag;
  const auto raw = viewer.account->raw();
  std::transform(raw.begin(), raw.begin() + static_cast<std::ptrdiff_t>(tag.size()), tag.begin(),
                 [](char byte) { return static_cast<std::uint8_t>(byte); });
  return tag;
}

std::int64_t signature_bucket(Timestamp now) {
  return now.time_since_epoch() / Milliseconds{kSignatureBucket};
}

Timestamp signature_expiry(Timestamp now) {
  return Timestamp{Milliseconds{kSignatureBucket} * (signature_bucket(now) + 2)};
}

Result<MediaSigner> MediaSigner::open(storage::KvStore& store) {
  auto key = http::load_or_make_key(store, "media-key");
  if (!key) return key.error();
  return MediaSigner(std::move(*key));
}

std::string MediaSigner::mac(AssetId asset, std::string_view content) const {
  std::string message = asset.text();
  message.push_back('|');
  message.append(content);
  return http::hmac_sha256(key_, message).substr(0, kMacBytes);
}

std::string MediaSigner::token(AssetId asset, const MediaToken& content) const {
  const auto seconds =
      std::chrono::floor<std::chrono::seconds>(content.expires_at).time_since_epoch().count();
  std::string bytes(1, kTokenVersion);
  append_number(bytes, static_cast<std::uint32_t>(seconds));
  append_number(bytes, content.epoch);
  for (const auto byte : content.viewer) bytes.push_back(static_cast<char>(byte));
  bytes += mac(asset, bytes);
  return http::to_base64url(bytes);
}

std::string MediaSigner::folder(AssetId asset, const MediaToken& content) const {
  return "/media/" + asset.text() + '/' + token(asset, content) + '/';
}

std::optional<MediaToken> MediaSigner::verify(AssetId asset, std::string_view token) const {
  const auto bytes = http::from_base64url(token);
  if (!bytes || bytes->size() != kContentBytes + kMacBytes) return std::nullopt;
  const auto content = std::string_view(*bytes).substr(0, kContentBytes);
  const auto shown = std::string_view(*bytes).substr(kContentBytes);
  if (!http::equal_in_constant_time(shown, mac(asset, content))) return std::nullopt;
  if (content[0] != kTokenVersion) return std::nullopt;

  MediaToken result;
  result.expires_at = Timestamp{std::chrono::seconds{number_at(content, 1)}};
  result.epoch = number_at(content, 5);
  std::transform(content.begin() + 9, content.end(), result.viewer.begin(),
                 [](char byte) { return static_cast<std::uint8_t>(byte); });
  return result;
}

}  // namespace weike::playback
