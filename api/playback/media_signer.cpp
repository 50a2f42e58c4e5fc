#include "api/playback/media_signer.hpp"

#include "api/http/base64.hpp"
#include "api/http/secret_key.hpp"

#include <algorithm>
#include <array>

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
  return MediaSigner(*key);
}

// The first bytes of it count.
http::Digest MediaSigner::mac(AssetId asset, std::string_view content) const {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<char, 2 * 16 + 1 + kContentBytes> message;
  auto* at = message.data();
  for (const char byte : asset.raw()) {
    *at++ = kDigits[static_cast<unsigned char>(byte) >> 4];
    *at++ = kDigits[static_cast<unsigned char>(byte) & 15];
  }
  *at++ = '|';
  at = std::copy_n(content.begin(), std::min(content.size(), kContentBytes), at);
  return authenticator_.tag({message.data(), static_cast<std::size_t>(at - message.data())});
}

std::string MediaSigner::token(AssetId asset, const MediaToken& content) const {
  const auto seconds =
      std::chrono::floor<std::chrono::seconds>(content.expires_at).time_since_epoch().count();
  std::string bytes(1, kTokenVersion);
  append_number(bytes, static_cast<std::uint32_t>(seconds));
  append_number(bytes, content.epoch);
  for (const auto byte : content.viewer) bytes.push_back(static_cast<char>(byte));
  bytes += http::view_of(mac(asset, bytes)).substr(0, kMacBytes);
  return http::to_base64url(bytes);
}

std::string MediaSigner::folder(AssetId asset, const MediaToken& content) const {
  return "/media/" + asset.text() + '/' + token(asset, content) + '/';
}

std::optional<MediaToken> MediaSigner::verify(AssetId asset, std::string_view token) const {
  std::array<char, kContentBytes + kMacBytes> bytes;
  const auto size = http::from_base64url(token, bytes);
  if (size != bytes.size()) return std::nullopt;
  const auto content = std::string_view(bytes.data(), kContentBytes);
  const auto shown = std::string_view(bytes.data() + kContentBytes, kMacBytes);
  const auto expected = mac(asset, content);
  if (!http::equal_in_constant_time(shown, http::view_of(expected).substr(0, kMacBytes)))
    return std::nullopt;
  if (content[0] != kTokenVersion) return std::nullopt;

  MediaToken result;
  result.expires_at = Timestamp{std::chrono::seconds{number_at(content, 1)}};
  result.epoch = number_at(content, 5);
  std::transform(content.begin() + 9, content.end(), result.viewer.begin(),
                 [](char byte) { return static_cast<std::uint8_t>(byte); });
  return result;
}

}  // namespace weike::playback
