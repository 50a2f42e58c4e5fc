#include "api/http/digest.hpp"
#include "storage/records/keys.hpp"
#include "storage/records/record.hpp"
#include "tests/api/accounts/accounts_fixture.hpp"

#include <algorithm>
#include <thread>

namespace weike::accounts {
namespace {

using namespace std::chrono_literals;
using SessionServiceTest = AccountsTest;

TEST_F(SessionServiceTest, TokensAreLongRandomAndStoredOnlyHashed) {
  create("member");

  const auto first = log_in("member");
  const auto second = log_in("member");

  EXPECT_EQ(first.token.size(), 43U);
  EXPECT_NE(first.token, second.token);
  bool is_found = false;
  std::size_t mentions = 0;
  ASSERT_TRUE(store.read([&](storage::Transaction& transaction) -> Result<> {
    auto all = transaction.scan({"", "\xff"}, 1000);
    if (!all) return all.error();
    for (const auto& [key, value] : *all) {
      is_found |= key == storage::keys::session(http::sha256(first.token));
      if ((key + value).find(first.token) != std::string::npos) ++mentions;
    }
    return {};
  }));
  EXPECT_TRUE(is_found);
  EXPECT_EQ(mentions, 0U);
}

TEST_F(SessionServiceTest, RefusesWrongUnknownAndDisabledAlike) {
  create("member");
  create("gone");
  ASSERT_TRUE(accounts.disable("gone"));
  for (const auto& [name, password] :
       std::vector<std::pair<std::string, std::string>>{{"member", "wrong password"},
                                                        {"nobody", std::string(kPassword)},
                                                        {"gone", std::string(kPassword)},
                                                        {"\xff/../", "x"}}) {
    const auto refused = sessions.log_in(name, password, "192.0.2.1");
    ASSERT_FALSE(refused) << name;
    EXPECT_EQ(refused.error().error.code, ErrorCode::unauthorized) << name;
    EXPECT_EQ(refused.error().error.reason, "bad_credentials") << name;
  }
}

TEST_F(SessionServiceTest, ThrottlesAnAccountBeforeHashing) {
  create("member");
  for (int i = 0; i < 10; ++i) {
    ASSERT_EQ(sessions.log_in("Member", "wrong password", "").error().error.reason,
              "bad_credentials");
    clock.advance(1s);
  }

  const auto refused = sessions.log_in("member", kPassword, "");

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().error.code, ErrorCode::rate_limited);
  EXPECT_EQ(refused.error().retry_after, 5min - 10s);
  clock.advance(5min - 10s);
  EXPECT_TRUE(sessions.log_in("member", kPassword, ""));
}

TEST_F(SessionServiceTest, ThrottlesUnknownNamesLikeOthers) {
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(sessions.log_in("nobody", "wrong password", ""));
  }
  EXPECT_EQ(sessions.log_in("nobody", "wrong password", "").error().error.reason,
            "too_many_attempts");
}

TEST_F(SessionServiceTest, GoodLogInsDoNotCount) {
  create("member");
  for (int i = 0; i < 30; ++i) EXPECT_TRUE(sessions.log_in("member", kPassword, "")) << i;
}

TEST_F(SessionServiceTest, ThrottlesAnAddressAcrossAccounts) {
  for (int i = 0; i < 100; ++i) {
    EXPECT_FALSE(sessions.log_in("nobody" + std::to_string(i), "wrong password",
                                 "2001:db8::" + std::to_string(i)));
  }
  EXPECT_EQ(sessions.log_in("somebody", "x", "2001:db8::ffff").error().error.reason,
            "too_many_attempts");
  EXPECT_EQ(sessions.log_in("somebody", "x", "2001:db8:1::1").error().error.reason,
            "bad_credentials");
}

TEST_F(SessionServiceTest, CountsUntilRoomIsNeeded) {
  LogInThrottle throttle(clock, {.attempts_per_account = 1, .max_keys = 4});
  EXPECT_FALSE(throttle.admit("a", "1"));
  clock.advance(1s);
  EXPECT_FALSE(throttle.admit("b", "2"));
  clock.advance(1s);
  EXPECT_FALSE(throttle.admit("c", "3"));
  EXPECT_TRUE(throttle.admit("b", "2"));
  EXPECT_FALSE(throttle.admit("a", "1"));  // Was the least recent.
}

TEST_F(SessionServiceTest, EndsWhenIdleAndAtTheLatest) {
  create("member");
  const auto idle = log_in("member");
  clock.advance(24h * 6);
  EXPECT_TRUE(is_valid(idle.token));
  clock.advance(24h * 6);
  EXPECT_TRUE(is_valid(idle.token));  // Used in between.
  clock.advance(24h * 7);
  EXPECT_FALSE(is_valid(idle.token));

  const auto busy = log_in("member");
  for (int day = 0; day < 29; ++day) {
    clock.advance(24h);
    ASSERT_TRUE(is_valid(busy.token)) << day;
  }
  clock.advance(24h);
  EXPECT_FALSE(is_valid(busy.token));
}

TEST_F(SessionServiceTest, LogOutEndsOneSession) {
  create("member");
  const auto first = log_in("member");
  const auto second = log_in("member");
  ASSERT_TRUE(is_valid(first.token));

  ASSERT_TRUE(sessions.log_out(first.key));

  EXPECT_FALSE(is_valid(first.token));
  EXPECT_TRUE(is_valid(second.token));
  EXPECT_TRUE(sessions.log_out(first.key));
  EXPECT_TRUE(sessions.log_out("nonsense"));
}

TEST_F(SessionServiceTest, KeepsAFewSessionsPerAccount) {
  create("member");
  const auto oldest = log_in("member");
  std::string newest;
  for (int i = 0; i < 50; ++i) {
    clock.advance(1s);
    newest = log_in("member").token;
  }
  EXPECT_FALSE(is_valid(oldest.token));
  EXPECT_TRUE(is_valid(newest));
}

TEST_F(SessionServiceTest, HotLaneAnswersFromMemoryForFiveSeconds) {
  create("member");
  const auto session = log_in("member");
  http::RequestHead head;
  const auto authorization = "Bearer " + session.token;
  EXPECT_EQ(sessions.try_signed_in(head), false);  // A visitor.
  head.authorization = authorization;

  EXPECT_EQ(sessions.try_signed_in(head), std::nullopt);
  ASSERT_TRUE(is_valid(session.token));
  EXPECT_EQ(sessions.try_signed_in(head), true);
  clock.advance(5s);
  EXPECT_EQ(sessions.try_signed_in(head), std::nullopt);
}

TEST_F(SessionServiceTest, HotLaneForgetsADisabledAccountAtOnce) {
  create("member");
  const auto session = log_in("member");
  const auto cookie = "x=1; weike_session=" + session.token;
  http::RequestHead head;
  head.cookie = cookie;
  ASSERT_TRUE(is_valid(session.token));
  ASSERT_EQ(sessions.try_signed_in(head), true);

  ASSERT_TRUE(accounts.disable("member"));

  EXPECT_EQ(sessions.try_signed_in(head), std::nullopt);
  EXPECT_FALSE(is_valid(session.token));
}

TEST_F(SessionServiceTest, RefusesNonsenseTokens) {
  for (const auto& token :
       {std::string{}, std::string("x"), std::string(43, 'A'), std::string(1 << 20, 'A')}) {
    EXPECT_FALSE(is_valid(token));
  }
}

TEST(SessionCache, RefusesWhatWasReadBeforeADrop) {
  ManualClock clock;
  SessionCache cache(clock);
  const auto generation = cache.generation();
  cache.drop("hash");

  cache.put("hash", SessionView{{}, "key", clock.now() + 1h}, generation);

  EXPECT_FALSE(cache.find("hash"));
}

TEST(SessionCache, MayBeSharedByThreads) {
  ManualClock clock;
  SessionCache cache(clock);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 500; ++i) {
        const auto hash = std::to_string(i % 50);
        cache.put(hash, SessionView{{}, "key", clock.now() + 1h}, cache.generation());
        if (t == 0) cache.drop(hash);
        [[maybe_unused]] const auto view = cache.find(hash);
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

// OWASP ASVS 5.0, 6.3.8: the time must not tell whether an account exists.
TEST(PasswordHasher, TakesItsTimeForUnknownAccounts) {
  PasswordHasher hasher({4096, 2});
  const auto encoded = hasher.hash("some password").value();
  const auto median_of = [&](std::string_view stored) {
    std::vector<std::chrono::steady_clock::duration> times;
    for (int i = 0; i < 9; ++i) {
      const auto start = std::chrono::steady_clock::now();
      EXPECT_FALSE(hasher.verify(stored, "wrong password").value());
      times.push_back(std::chrono::steady_clock::now() - start);
    }
    std::sort(times.begin(), times.end());
    return times[4];
  };

  const auto known = median_of(encoded);
  const auto unknown = median_of("");

  EXPECT_LT(unknown, 3 * known);
  EXPECT_LT(known, 3 * unknown);
}

TEST(PasswordHasher, ServesManyThreads) {
  PasswordHasher hasher(kCheap);
  const auto encoded = hasher.hash("some password").value();
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] { EXPECT_TRUE(hasher.verify(encoded, "some password").value()); });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace weike::accounts
