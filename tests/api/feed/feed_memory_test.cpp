#include "api/feed/feed_publisher.hpp"
#include "api/feed/feed_service.hpp"
#include "storage/kv/memory_kv_store.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <optional>

namespace weike::feed {
namespace {

// A store that counts its reads, and whose scans of more than `farthest` entries fail as those of
// RocksDB do that meet too many erased ones.
class WatchedStore final : public storage::KvStore {
 public:
  Result<> transact(const storage::TransactionBody& body) override { return store_.transact(body); }
  Result<> read(const storage::TransactionBody& body) override {
    ++reads;
    return store_.read([&](storage::Transaction& transaction) {
      Watched watched(transaction, farthest);
      return body(watched);
    });
  }

  int reads = 0;
  std::size_t farthest = 1'000;

 private:
  class Watched final : public storage::Transaction {
   public:
    Watched(storage::Transaction& inner, std::size_t farthest)
        : inner_(inner), farthest_(farthest) {}
    Result<std::optional<std::string>> get(std::string_view key) override {
      return inner_.get(key);
    }
    Result<> put(std::string_view key, std::string_view value) override {
      return inner_.put(key, value);
    }
    Result<> erase(std::string_view key) override { return inner_.erase(key); }
    Result<std::vector<storage::KeyValue>> scan(const storage::KeyRange& range, std::size_t limit,
                                                storage::ScanDirection direction) override {
      if (limit > farthest_) return Error{ErrorCode::unavailable, "too many erased entries"};
      return inner_.scan(range, limit, direction);
    }

   private:
    storage::Transaction& inner_;
    const std::size_t farthest_;
  };

  storage::MemoryKvStore store_;
};

// A list of public lessons, and what a service keeps of it.
class FeedMemory : public testing::Test {
 protected:
  // Oldest first; each has its number as its title.
  void publish(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      Lesson lesson;
      lesson.id = LessonId::make_random();
      lesson.live.emplace().content.title = std::to_string(lessons.size());
      lesson.live->content.audience = Audience::everyone;
      lesson.published_at = lesson.created_at = clock.now();
      clock.advance(Milliseconds{1});
      lessons.push_back(lesson);
      put(lesson);
    }
  }
  void put(const Lesson& lesson) {
    change([&](storage::Transaction& transaction, std::vector<ListVersion>& changed) {
      return publisher.put(transaction, lesson, asset, changed);
    });
  }
  void withdraw(const Lesson& lesson) {
    change([&](storage::Transaction& transaction, std::vector<ListVersion>& changed) {
      return publisher.remove(transaction, lesson, changed);
    });
  }
  template <class Act>
  void change(Act act) {
    std::vector<ListVersion> changed;
    ASSERT_TRUE(store.transact([&](storage::Transaction& transaction) {
      changed.clear();
      return act(transaction, changed);
    }));
    publisher.committed(changed);
  }

  static std::vector<std::string> titles(const FeedPage& page) {
    std::vector<std::string> result;
    const auto json = nlohmann::json::parse(*page.content->bytes());
    for (const auto& item : json["items"]) result.push_back(item["title"]);
    return result;
  }
  static std::string next(const FeedPage& page) {
    const auto cursor = nlohmann::json::parse(*page.content->bytes())["next_cursor"];
    return cursor.is_null() ? "" : cursor.get<std::string>();
  }
  FeedPage page(const std::string& cursor = "", std::size_t limit = 20) {
    return feed.page(request(cursor, limit)).value();
  }
  std::optional<FeedPage> page_from_memory(const std::string& cursor = "", std::size_t limit = 20) {
    return feed.page_from_memory(request(cursor, limit));
  }
  static PageRequest request(const std::string& cursor, std::size_t limit = 20) {
    PageRequest request;
    request.cursor = cursor;
    request.limit = limit;
    return request;
  }

  WatchedStore store;
  ManualClock clock;
  playback::MediaSigner signer{std::string(32, 'k')};
  playback::MediaLinks links{signer, clock};
  FeedVersions versions;
  FeedPublisher publisher{store, versions, [](UnitId) { return std::string("unit"); }};
  FeedService feed{store, versions, links, clock, "cursor key", lessons::default_channels()};
  Asset asset;
  std::vector<Lesson> lessons;
};

TEST_F(FeedMemory, OneReadOfTheStoreServesTheNextPagesToo) {
  publish(300);
  const auto first = page();

  auto cursor = next(first);
  for (int i = 1; i < 5; ++i) {
    const auto following = page_from_memory(cursor);
    ASSERT_TRUE(following) << i;
    EXPECT_EQ(titles(*following).front(), std::to_string(299 - 20 * i));
    cursor = next(*following);
  }
  EXPECT_FALSE(page_from_memory(cursor));
  EXPECT_EQ(store.reads, 1);
}

TEST_F(FeedMemory, PagesAcrossStretchesShowEachLessonOnce) {
  publish(333);
  for (const std::size_t limit : {1U, 7U, 20U, 50U}) {
    std::vector<std::string> seen;
    std::string cursor;
    do {
      const auto shown = page(cursor, limit);
      for (auto& title : titles(shown)) seen.push_back(title);
      cursor = next(shown);
    } while (!cursor.empty());

    ASSERT_EQ(seen.size(), 333U) << limit;
    for (std::size_t i = 0; i < seen.size(); ++i) EXPECT_EQ(seen[i], std::to_string(332 - i));
  }
}

TEST_F(FeedMemory, AWithdrawnLessonIsGoneFromEveryPageAtOnce) {
  publish(100);
  const auto cursor = next(page());
  ASSERT_EQ(titles(*page_from_memory(cursor)).front(), "79");

  withdraw(lessons[79]);

  EXPECT_FALSE(page_from_memory()) << "its list has changed";
  EXPECT_FALSE(page_from_memory(cursor));
  EXPECT_EQ(titles(page(cursor)).front(), "78");
  EXPECT_EQ(titles(page()).back(), "80");
}

TEST_F(FeedMemory, ANewLessonAndANewVersionShowAtOnce) {
  publish(30);
  const auto cursor = next(page());

  publish(1);
  auto changed = lessons[5];
  changed.live->content.title = "changed";
  put(changed);

  EXPECT_EQ(titles(page()).front(), "30");
  const auto second = titles(page(cursor));
  EXPECT_EQ(second.front(), "9") << "behind the cursor nothing has moved";
  EXPECT_EQ(second[4], "changed");
}

TEST_F(FeedMemory, ALessonThatIsForMembersNowLeavesTheVisitorsPages) {
  publish(3);
  auto narrowed = lessons[1];
  ASSERT_EQ(titles(page()).size(), 3U);

  withdraw(lessons[1]);
  narrowed.live->content.audience = Audience::members;
  put(narrowed);

  EXPECT_EQ(titles(page()), (std::vector<std::string>{"2", "0"}));
  auto members = request("");
  members.scope = FeedScope::members;
  EXPECT_FALSE(feed.page_from_memory(members)) << "no visitor's cards for members";
  EXPECT_EQ(titles(feed.page(members).value()), (std::vector<std::string>{"2", "1", "0"}));
}

TEST_F(FeedMemory, SignaturesAreMadeAnewWhenTheirTimeIsOver) {
  publish(30);
  const auto cursor = next(page());
  ASSERT_TRUE(page_from_memory(cursor));

  clock.advance(playback::kSignatureBucket);

  EXPECT_FALSE(page_from_memory(cursor));
  EXPECT_EQ(titles(page(cursor)).size(), 10U);
}

TEST_F(FeedMemory, TheTagOfAPageIsThatOfItsCardsAlsoInAnotherProcess) {
  publish(60);
  const auto first = page();
  const auto second = page(next(first));

  publish(1);
  FeedVersions others;
  FeedService other{store, others, links, clock, "cursor key", lessons::default_channels()};

  const auto again = other.page(request(next(first))).value();
  EXPECT_EQ(again.content->etag(), second.content->etag());
  EXPECT_EQ(*again.content->bytes(), *second.content->bytes());
  EXPECT_NE(page().content->etag(), first.content->etag());
  EXPECT_NE(page("", 19).content->etag(), page("", 18).content->etag());
}

TEST_F(FeedMemory, TheTagTellsThatThereIsMore) {
  publish(20);
  const auto whole = page().content->etag();

  // Behind all others.
  Lesson oldest = lessons.front();
  oldest.id = LessonId::make_random();
  oldest.published_at -= Milliseconds{1};
  put(oldest);

  EXPECT_NE(page().content->etag(), whole) << "the page has a next one now";
}

TEST_F(FeedMemory, APageIsKeptOnceItIsAskedForAgain) {
  publish(30);
  EXPECT_FALSE(page().is_kept);
  const auto again = page();
  EXPECT_TRUE(again.is_kept);

  EXPECT_EQ(page_from_memory()->content, again.content);
}

TEST_F(FeedMemory, AGapBehindThePageDoesNotHinderIt) {
  publish(300);
  store.farthest = 21;

  EXPECT_EQ(titles(page()).front(), "299");
  store.farthest = 20;
  EXPECT_EQ(feed.page(request("", 21)).error().code, ErrorCode::unavailable);
}

TEST_F(FeedMemory, CanBeSwitchedOff) {
  publish(300);
  FeedService forgetful{store,
                        versions,
                        links,
                        clock,
                        "cursor key",
                        lessons::default_channels(),
                        {.cached_pages = 0, .cached_bytes = 0, .cached_card_bytes = 0}};
  store.farthest = 21;

  EXPECT_EQ(titles(forgetful.page(request("")).value()).size(), 20U);
  EXPECT_FALSE(forgetful.page_from_memory(request("")));
  EXPECT_EQ(store.reads, 1);
}

}  // namespace
}  // namespace weike::feed
