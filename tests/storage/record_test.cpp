#include "storage/records/record.hpp"

#include "model/json.hpp"
#include "storage/kv/memory_kv_store.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace weike::storage {
namespace {

void in_transaction(KvStore& store, const std::function<void(Transaction&)>& body) {
  const auto done = store.transact([&body](Transaction& transaction) -> Result<> {
    body(transaction);
    return {};
  });
  EXPECT_TRUE(done);
}

TEST(Record, LoadsWhatWasSaved) {
  MemoryKvStore store;
  Lesson lesson;
  lesson.id = LessonId::make_random();

  in_transaction(store, [&](Transaction& transaction) {
    ASSERT_TRUE(save(transaction, "lesson", lesson));
    const auto loaded = load<Lesson>(transaction, "lesson");
    ASSERT_TRUE(loaded && *loaded);
    EXPECT_EQ((*loaded)->id, lesson.id);
  });
}

TEST(Record, AbsentIsNoError) {
  MemoryKvStore store;

  in_transaction(store, [](Transaction& transaction) {
    const auto loaded = load<Lesson>(transaction, "none");
    ASSERT_TRUE(loaded);
    EXPECT_FALSE(loaded->has_value());
  });
}

TEST(Record, DamagedValueIsCorrupt) {
  MemoryKvStore store;

  for (const auto* value : {"", "{", "[]", "12", "{\"id\":7}", "\xff"}) {
    in_transaction(store, [value](Transaction& transaction) {
      ASSERT_TRUE(transaction.put("lesson", value));
      const auto loaded = load<Lesson>(transaction, "lesson");
      ASSERT_FALSE(loaded) << value;
      EXPECT_EQ(loaded.error().code, ErrorCode::corrupt) << value;
    });
  }
}

TEST(Record, TextThatIsNotUtf8IsRefused) {
  MemoryKvStore store;
  Lesson lesson;
  lesson.working.content.title = "\xff\xfe";

  in_transaction(store, [&lesson](Transaction& transaction) {
    const auto saved = save(transaction, "lesson", lesson);
    ASSERT_FALSE(saved);
    EXPECT_EQ(saved.error().code, ErrorCode::invalid_argument);
  });
}

}  // namespace
}  // namespace weike::storage
