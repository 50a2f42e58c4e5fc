#include "tests/api/lessons/lesson_world.hpp"

#include <random>
#include <set>

namespace weike {
namespace {

// Random interleavings of publishing, recalling, putting back and new versions with the turning of
// pages. A reader who turns pages to the end must see every lesson that was live all the time
// exactly once, and no lesson twice.
class FeedPaging : public LessonWorld, public testing::WithParamInterface<unsigned> {
 protected:
  // Puts a live lesson into the store the short way: through the service's transaction parts.
  LessonId publish() {
    Lesson lesson;
    lesson.id = LessonId::make_random();
    lesson.owner = author.id;
    lesson.working.state = VersionState::live;
    lesson.working.content.title = lesson.id.text();
    lesson.working.content.asset = asset_;
    lesson.working.content.audience = Audience::everyone;
    lesson.working.content.channel = pick(2) == 0 ? "news" : "";
    lesson.live = lesson.working;
    lesson.published_at = lesson.created_at = clock.now();
    write(lesson);
    live_.push_back(lesson);
    return lesson.id;
  }

  void write(const Lesson& lesson) {
    std::vector<feed::ListVersion> changed;
    ASSERT_TRUE(store.transact([&](storage::Transaction& transaction) -> Result<> {
      changed.clear();
      auto asset = assets.find(transaction, asset_);
      if (lesson.is_recalled) return publisher.remove(transaction, lesson, changed);
      return publisher.put(transaction, lesson, *asset, changed);
    }));
    publisher.committed(changed);
  }

  unsigned pick(unsigned below) {
    return std::uniform_int_distribution<unsigned>(0, below - 1)(random_);
  }

  // Something happens to the feed while a reader turns pages.
  void disturb(std::set<std::string>& touched) {
    if (pick(3) != 0) clock.advance(Milliseconds{pick(2)});  // Often the same millisecond.
    const auto act = pick(4);
    if (act < 2 || live_.empty()) {
      publish();
      return;
    }
    auto& lesson = live_[pick(static_cast<unsigned>(live_.size()))];
    if (act == 2) {
      touched.insert(lesson.id.text());
      lesson.is_recalled = !lesson.is_recalled;
    }
    write(lesson);  // Or only a new version with the same place.
  }

  std::mt19937 random_{GetParam()};
  AssetId asset_ = make_asset(author);
  std::vector<Lesson> live_;
};

TEST_P(FeedPaging, NeitherRepeatsNorMissesWhileTheFeedChanges) {
  for (unsigned i = 0; i < 5 + pick(30); ++i) publish();
  std::set<std::string> expected;
  const bool by_channel = pick(2) == 0;
  for (const auto& lesson : live_) {
    if (!by_channel || lesson.live->content.channel == "news") expected.insert(lesson.id.text());
  }
  const Person* reader = pick(2) == 0 ? &member : nullptr;

  std::vector<std::string> seen;
  std::set<std::string> touched;
  std::string cursor;
  do {
    std::string target = "/api/v1/feed?limit=" + std::to_string(1 + pick(7));
    if (by_channel) target += "&channel=news";
    if (!cursor.empty()) target += "&cursor=" + cursor;
    auto hot = get_hot(target, reader);
    const auto page = json_of(hot ? *hot : get(target, reader));
    ASSERT_TRUE(page.contains("items")) << page;
    for (const auto& item : page["items"]) seen.push_back(item["lesson_id"]);
    cursor = page["next_cursor"].is_null() ? "" : page["next_cursor"].get<std::string>();
    for (unsigned i = pick(4); i > 0; --i) disturb(touched);
  } while (!cursor.empty());

  const std::set<std::string> distinct(seen.begin(), seen.end());
  EXPECT_EQ(distinct.size(), seen.size()) << "a lesson came twice";
  for (const auto& id : expected) {
    EXPECT_TRUE(distinct.contains(id) || touched.contains(id)) << "a lesson was missed";
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, FeedPaging, testing::Range(0U, 40U));

}  // namespace
}  // namespace weike
