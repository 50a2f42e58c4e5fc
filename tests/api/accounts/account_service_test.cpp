#include "api/accounts/credential_rules.hpp"
#include "tests/api/accounts/accounts_fixture.hpp"

#include <gmock/gmock.h>

namespace weike::accounts {
namespace {

using AccountServiceTest = AccountsTest;

TEST(AccountName, HasLettersDigitsAndChineseCharacters) {
  for (const auto* name : {"abc", "A.b_c-9", "张三丰", "党支部01", "𠀀𠀁𠀂"}) {
    EXPECT_TRUE(check_account_name(name)) << name;
  }
  for (const auto* name : {"", "ab", "张三", "a b c", "a/b/c", "abc\n", "admin\xff", "\xc0\xafxyz",
                           "<b>x</b>", "ａｂｃ", "a@b.c", "\xed\xa0\x80xyz", "abc\xe5\xbe"}) {
    const auto done = check_account_name(name);
    ASSERT_FALSE(done) << name;
    EXPECT_EQ(done.error().reason, "bad_account_name") << name;
  }
  EXPECT_TRUE(check_account_name(std::string(64, 'a')));
  EXPECT_FALSE(check_account_name(std::string(65, 'a')));
}

TEST(Password, IsNeitherShortNorCommon) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"1234567", "password_too_short"},    {"密码密码密码七", "password_too_short"},
      {"Password1", "password_too_common"}, {"aaaaaaaaaa", "password_too_common"},
      {"PUBLISHER", "password_too_common"}, {std::string(1025, 'x'), "password_too_long"}};
  for (const auto& [password, reason] : rows) {
    const auto done = check_password(password, "publisher");
    ASSERT_FALSE(done) << password;
    EXPECT_EQ(done.error().reason, reason) << password;
  }
  EXPECT_TRUE(check_password("correct horse", "publisher"));
  EXPECT_TRUE(check_password("八个汉字也是密码", "publisher"));
}

TEST_F(AccountServiceTest, NamesAreUniqueWithoutRegardToCase) {
  EXPECT_TRUE(accounts.is_empty().value());
  create("Wang.Li");

  const auto again = accounts.create({"wang.li", "", std::string(kPassword), {}});

  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().reason, "account_exists");
  EXPECT_EQ(accounts.find_by_name("WANG.LI")->name, "Wang.Li");
  EXPECT_FALSE(accounts.is_empty().value());
}

TEST_F(AccountServiceTest, KeepsNoPassword) {
  const auto account = create("member");
  EXPECT_TRUE(account.password_hash.starts_with("$argon2id$v=19$m=64,t=1,p=1$"));
  EXPECT_EQ(account.password_hash.find(kPassword), std::string::npos);
  EXPECT_NE(account.password_hash, create("other").password_hash);
}

TEST_F(AccountServiceTest, ProtectsTheLastAdministrator) {
  create("admin1", {{Role::administrator, kRootUnit}});
  create("admin2", {{Role::administrator, kRootUnit}});

  EXPECT_TRUE(accounts.disable("admin1"));
  const auto last = accounts.disable("admin2");

  ASSERT_FALSE(last);
  EXPECT_EQ(last.error().reason, "last_administrator");
  EXPECT_FALSE(accounts.find_by_name("admin2")->is_disabled);
}

TEST_F(AccountServiceTest, ChangesEndSessionsAtOnce) {
  create("member");
  std::vector<std::string> ended;
  sessions.on_end([&](std::string_view key) { ended.emplace_back(key); });
  const auto first = log_in("member");
  ASSERT_TRUE(is_valid(first.token));

  ASSERT_TRUE(accounts.set_password("member", "another password"));

  EXPECT_FALSE(is_valid(first.token));
  EXPECT_THAT(ended, ::testing::ElementsAre(first.key));
  const auto second = sessions.log_in("member", "another password", "").value();
  ASSERT_TRUE(is_valid(second.token));
  ASSERT_TRUE(accounts.disable("member"));
  EXPECT_FALSE(is_valid(second.token));
}

TEST_F(AccountServiceTest, SaysWhatIsMissing) {
  EXPECT_EQ(accounts.disable("nobody").error().code, ErrorCode::not_found);
  EXPECT_EQ(accounts.set_password("nobody", kPassword).error().code, ErrorCode::not_found);
  EXPECT_EQ(accounts.find(AccountId::make_random()).error().code, ErrorCode::not_found);
  EXPECT_EQ(accounts.display_name(AccountId::make_random()).value(), "");
}

}  // namespace
}  // namespace weike::accounts
