#include "api/feed/feed_publisher.hpp"
#include "api/feed/feed_service.hpp"
#include "storage/records/keys.hpp"
#include "tests/storage/kv_engines.hpp"

#include <nlohmann/json.hpp>
#include <rocksdb/perf_context.h>

#include <algorithm>
#include <random>
#include <thread>

namespace weike::feed {
namespace {

enum class Order { newest_first, oldest_first, shuffled };

// A list of members' lessons in a RocksDB. What a page costs is told by the erased entries that
// RocksDB walked over for it, not by a clock.
class FeedWithdrawals : public testing::Test {
 protected:
  Lesson make_lesson() {
    Lesson lesson;
    lesson.id = LessonId::make_random();
    lesson.live.emplace().content.title = lesson.id.text();
    lesson.published_at = lesson.created_at = clock.now();
    clock.advance(Milliseconds{1});
    return lesson;
  }

  // Oldest first.
  std::vector<Lesson> publish(std::size_t count) {
    std::vector<Lesson> lessons;
    for (std::size_t i = 0; i < count; ++i) lessons.push_back(make_lesson());
    change(lessons, [&](storage::Transaction& transaction, const Lesson& lesson,
                        std::vector<ListVersion>& changed) {
      return publisher.put(transaction, lesson, asset, changed);
    });
    return lessons;
  }

  void withdraw(std::vector<Lesson> lessons, Order order = Order::newest_first) {
    if (order == Order::newest_first) std::reverse(lessons.begin(), lessons.end());
    if (order == Order::shuffled) std::shuffle(lessons.begin(), lessons.end(), std::mt19937{7});
    change(lessons, [&](storage::Transaction& transaction, const Lesson& lesson,
                        std::vector<ListVersion>& changed) {
      return publisher.remove(transaction, lesson, changed);
    });
  }

  template <class Act>
  void change(const std::vector<Lesson>& lessons, Act act) {
    constexpr std::size_t kAtOnce = 200;
    for (std::size_t begin = 0; begin < lessons.size(); begin += kAtOnce) {
      std::vector<ListVersion> changed;
      const auto end = std::min(lessons.size(), begin + kAtOnce);
      ASSERT_TRUE(store->transact([&](storage::Transaction& transaction) -> Result<> {
        changed.clear();
        for (std::size_t i = begin; i < end; ++i) {
          if (auto done = act(transaction, lessons[i], changed); !done) return done.error();
        }
        return {};
      }));
      publisher.committed(changed);
    }
  }

  struct Page {
    std::vector<std::string> titles;
    std::uint64_t skipped = 0;
  };
  // The first page, rendered anew.
  Page read_page() {
    FeedService feed{*store, versions, links, clock, "cursor key", lessons::default_channels()};
    PageRequest request;
    request.scope = FeedScope::members;
    const auto before = rocksdb::get_perf_context()->internal_delete_skipped_count;
    const auto rendered = feed.page(request);
    Page page;
    page.skipped = rocksdb::get_perf_context()->internal_delete_skipped_count - before;
    const auto json = nlohmann::json::parse(*rendered.value().content->bytes());
    for (const auto& item : json["items"]) page.titles.push_back(item["title"]);
    return page;
  }
  // The titles of the newest `count` of `lessons`, newest first.
  static std::vector<std::string> newest(const std::vector<Lesson>& lessons, std::size_t count) {
    std::vector<std::string> titles;
    for (auto lesson = lessons.rbegin(); lesson != lessons.rend() && titles.size() < count;
         ++lesson)
      titles.push_back(lesson->live->content.title);
    return titles;
  }

  static constexpr std::size_t kMany = 20'000;

  storage::TemporaryFolder folder;
  std::unique_ptr<storage::RocksDbKvStore> store =
      storage::RocksDbKvStore::open({.path = folder.path()}).value();
  ManualClock clock;
  playback::MediaSigner signer{std::string(32, 'k')};
  playback::MediaLinks links{signer, clock};
  FeedVersions versions;
  FeedPublisher publisher{*store, versions, [](UnitId) { return std::string("unit"); }};
  Asset asset;
};

class FeedWithdrawalsAtTheHead : public FeedWithdrawals,
                                 public testing::WithParamInterface<Order> {};

TEST_P(FeedWithdrawalsAtTheHead, CostAPageNothing) {
  const auto kept = publish(30);
  const auto newer = publish(kMany);

  withdraw(newer, GetParam());

  const auto page = read_page();
  EXPECT_EQ(page.titles, newest(kept, 20));
  EXPECT_LE(page.skipped, 100U);
}

INSTANTIATE_TEST_SUITE_P(Orders, FeedWithdrawalsAtTheHead,
                         testing::Values(Order::newest_first, Order::oldest_first,
                                         Order::shuffled));

TEST_F(FeedWithdrawals, ThatLeaveNothingCostNothingAndEndWithTheNextLesson) {
  withdraw(publish(kMany));
  const auto empty = read_page();

  const auto next = publish(1);

  EXPECT_TRUE(empty.titles.empty());
  EXPECT_LE(empty.skipped, 100U);
  EXPECT_EQ(read_page().titles, newest(next, 1));
}

TEST_F(FeedWithdrawals, ThatAreTakenBackReturnToTheirPlace) {
  auto lessons = publish(3);
  const auto title = [](const Lesson& lesson) { return lesson.live->content.title; };
  withdraw({lessons[1], lessons[2]});
  ASSERT_EQ(read_page().titles, std::vector{title(lessons[0])});

  change({lessons[2]}, [&](storage::Transaction& transaction, const Lesson& lesson,
                           std::vector<ListVersion>& changed) {
    return publisher.put(transaction, lesson, asset, changed);
  });

  EXPECT_EQ(read_page().titles, (std::vector{title(lessons[2]), title(lessons[0])}));
}

TEST_F(FeedWithdrawals, InTheMiddleAreTidiedAwayOnceAPageHasMetThem) {
  const auto kept = publish(30);
  const auto withdrawn = publish(kMany);
  const auto newest_ones = publish(5);
  withdraw(withdrawn);
  auto expected = newest(newest_ones, 5);
  for (const auto& title : newest(kept, 15)) expected.push_back(title);

  auto page = read_page();
  EXPECT_EQ(page.titles, expected);
  EXPECT_GE(page.skipped, kMany);
  while (page.skipped > 100) page = read_page();

  EXPECT_EQ(page.titles, expected);
}

TEST_F(FeedWithdrawals, InAStoreOfAnOldVersionCountFromTheFirstChangeOn) {
  const auto kept = publish(30);
  auto newer = publish(kMany);
  // Its record of a list was the version alone.
  const auto key = storage::keys::feed_version(name_of(FeedScope::members), "");
  storage::put_one(*store, key, storage::keys::big_endian(700));

  EXPECT_EQ(read_page().titles, newest(newer, 20));
  withdraw(newer);

  const auto page = read_page();
  EXPECT_EQ(page.titles, newest(kept, 20));
  EXPECT_LE(page.skipped, 100U);
  EXPECT_GT(versions.follow({FeedScope::members, ""}), 700U);
}

TEST_F(FeedWithdrawals, InAStoreOfAnOldVersionALessonThatReturnsHidesNoNewerOne) {
  const auto lessons = publish(3);
  withdraw({lessons[0]});
  const auto key = storage::keys::feed_version(name_of(FeedScope::members), "");
  storage::put_one(*store, key, storage::keys::big_endian(700));

  change({lessons[0]}, [&](storage::Transaction& transaction, const Lesson& lesson,
                           std::vector<ListVersion>& changed) {
    return publisher.put(transaction, lesson, asset, changed);
  });

  EXPECT_EQ(read_page().titles, newest(lessons, 3));
}

}  // namespace
}  // namespace weike::feed
