#include "api/http/cursor.hpp"

#include "api/http/base64.hpp"
#include "api/http/digest.hpp"
#include "api/http/secret_key.hpp"
#include "storage/kv/memory_kv_store.hpp"
#include "storage/records/keys.hpp"

#include <gtest/gtest.h>

namespace weike::http {
namespace {

TEST(CursorSigner, OpensWhatItSealed) {
  const CursorSigner signer("key", "feed");
  const std::string position("\0\xff position", 11);
  EXPECT_EQ(*signer.open(signer.seal(position)), position);
  EXPECT_EQ(*signer.open(signer.seal("")), "");
}

TEST(CursorSigner, RefusesEveryChangedCharacter) {
  const CursorSigner signer("key", "feed");
  const auto cursor = signer.seal("position");
  for (std::size_t i = 0; i < cursor.size(); ++i) {
    auto changed = cursor;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    const auto opened = signer.open(changed);
    ASSERT_FALSE(opened) << i;
    EXPECT_EQ(opened.error().reason, "invalid_cursor");
  }
}

TEST(CursorSigner, RefusesCursorsOfOthers) {
  const CursorSigner signer("key", "feed");
  EXPECT_FALSE(signer.open(CursorSigner("key", "assets").seal("position")));
  EXPECT_FALSE(signer.open(CursorSigner("other", "feed").seal("position")));
  for (const auto* cursor : {"", "x", "AAAA", "!!", "====", "../../x"}) {
    EXPECT_FALSE(signer.open(cursor)) << cursor;
  }
  EXPECT_FALSE(signer.open(std::string(100'000, 'A')));
}

TEST(Base64, KeepsToTheStandard) {
  EXPECT_EQ(to_base64("fo"), "Zm8=");
  EXPECT_EQ(to_base64url("\xfb\xff"), "-_8");
  EXPECT_EQ(from_base64("Zm8="), "fo");
  EXPECT_EQ(from_base64(""), "");
  for (const auto* text : {"Zm8", "Zm9=", "Zm=8", "Z===", "====", "Zm8=Zm8=", "Zm 8", "Zm8\n"}) {
    EXPECT_EQ(from_base64(text), std::nullopt) << text;
  }
  for (const auto* text : {"Zm8=", "Zm9", "Z", "+/8"}) {
    EXPECT_EQ(from_base64url(text), std::nullopt) << text;
  }
}

TEST(Digest, AgreesWithThePublishedVectors) {
  EXPECT_EQ(to_hex(sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  // RFC 4231, case 2.
  EXPECT_EQ(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_in_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_in_constant_time("abc", "ab"));
}

TEST(SecretKey, IsMadeOnceAndRefusedWhenDamaged) {
  storage::MemoryKvStore store;

  const auto first = load_or_make_key(store, "media-key");
  const auto second = load_or_make_key(store, "media-key");

  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->size(), 32U);
  EXPECT_EQ(*first, *second);
  EXPECT_NE(*first, *load_or_make_key(store, "csrf-key"));

  ASSERT_TRUE(store.transact([](storage::Transaction& transaction) {
    return transaction.put(storage::keys::setting("media-key"), "short");
  }));
  EXPECT_EQ(load_or_make_key(store, "media-key").error().code, ErrorCode::corrupt);
}

}  // namespace
}  // namespace weike::http
