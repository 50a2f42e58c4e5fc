#include "api/playback/media_signer.hpp"

#include "storage/kv/memory_kv_store.hpp"

#include <gtest/gtest.h>

namespace weike::playback {
namespace {

MediaToken sample() {
  MediaToken token;
  token.expires_at = Timestamp{std::chrono::seconds{1'900'000'000}};
  token.epoch = 7;
  token.viewer = {1, 2, 3, 4, 5, 6, 7, 255};
  return token;
}

TEST(MediaSigner, SaysWhatItSigned) {
  const MediaSigner signer(std::string(32, 'k'));
  const auto asset = AssetId::make_random();

  const auto token = signer.token(asset, sample());

  EXPECT_EQ(signer.verify(asset, token), sample());
  EXPECT_EQ(token.size(), 44u);
  EXPECT_EQ(
      token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
      std::string::npos);
}

TEST(MediaSigner, RefusesEveryTamperedCharacter) {
  const MediaSigner signer(std::string(32, 'k'));
  const auto asset = AssetId::make_random();
  const auto token = signer.token(asset, sample());

  for (std::size_t i = 0; i < token.size(); ++i) {
    for (const char other : {'A', 'B', '_', '.', '=', '\0'}) {
      auto tampered = token;
      if (tampered[i] == other) continue;
      tampered[i] = other;
      EXPECT_FALSE(signer.verify(asset, tampered)) << i << ' ' << other;
    }
  }
  EXPECT_FALSE(signer.verify(asset, ""));
  EXPECT_FALSE(signer.verify(asset, token.substr(1)));
  EXPECT_FALSE(signer.verify(asset, token + "A"));
  EXPECT_FALSE(signer.verify(asset, token + "="));
}

TEST(MediaSigner, RefusesAnotherAssetAndAnotherKey) {
  const MediaSigner signer(std::string(32, 'k'));
  const MediaSigner other(std::string(32, 'o'));
  const auto asset = AssetId::make_random();
  const auto token = signer.token(asset, sample());

  EXPECT_FALSE(signer.verify(AssetId::make_random(), token));
  EXPECT_FALSE(other.verify(asset, token));
}

TEST(MediaSigner, KeepsItsKeyOverRestarts) {
  storage::MemoryKvStore store;
  const auto asset = AssetId::make_random();

  const auto token = MediaSigner::open(store)->token(asset, sample());

  EXPECT_TRUE(MediaSigner::open(store)->verify(asset, token));
  storage::MemoryKvStore elsewhere;
  EXPECT_FALSE(MediaSigner::open(elsewhere)->verify(asset, token)) << "each installation its own";
}

TEST(MediaSigner, ExpiresSixToTwelveHoursLater) {
  for (std::int64_t minute = 0; minute < 24 * 60; minute += 7) {
    const Timestamp now{std::chrono::minutes{29'000'000 + minute}};

    const auto life = signature_expiry(now) - now;

    EXPECT_GE(life, std::chrono::hours{6});
    EXPECT_LE(life, std::chrono::hours{12});
  }
}

}  // namespace
}  // namespace weike::playback
