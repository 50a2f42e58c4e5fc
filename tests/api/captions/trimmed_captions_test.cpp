#include "tests/api/lessons/lesson_world.hpp"

#include <gmock/gmock.h>

namespace weike {
namespace {

using ::testing::IsEmpty;

constexpr const char* kSubRip =
    "1\n00:00:00,500 --> 00:00:01,500\nbegin\n\n2\n00:00:02,000 --> 00:00:03,000\nmiddle\n\n"
    "3\n00:00:04,500 --> 00:00:05,500\nend\n\n4\n00:00:05,200 --> 00:00:05,900\nbehind\n";

// Captions and chapters of a video of six seconds when it is trimmed.
class TrimmedCaptions : public LessonWorld {
 protected:
  std::string add(const std::string& label, const std::string& file = kSubRip) {
    const auto answer =
        call(http::Method::put,
             "/api/v1/assets/" + whole.text() + "/captions?language=zh-CN&label=" + label, &author,
             file);
    EXPECT_EQ(answer.status, 201) << text_of(answer);
    return json_of(answer).value("id", "");
  }
  // Trimmed, and probed if it is to be trimmed again.
  Asset trim(AssetId from, AssetTrim part) {
    auto made = assets.trim(author.viewer, from, part);
    EXPECT_TRUE(made) << made.error().message;
    if (!made) return {};
    made->has_plan = true;
    made->duration_ms = static_cast<std::uint32_t>(part.out_ms - part.in_ms);
    EXPECT_TRUE(store.transact(
        [&](storage::Transaction& transaction) { return assets.save(transaction, *made); }));
    return *made;
  }
  // Its cues without the head, as its owner reads them.
  std::string text_in(const Asset& asset, std::size_t which = 0) {
    const auto text = captions.text(author.viewer, asset.id, asset.captions.at(which).id);
    EXPECT_TRUE(text);
    return text ? text->substr(text->find("\n\n") + 2) : "";
  }
  nlohmann::json patch(const std::string& lesson, const nlohmann::json& body) {
    const auto answer = call(http::Method::patch, "/api/v1/lessons/" + lesson, &author, body);
    EXPECT_EQ(answer.status, 200) << text_of(answer);
    return json_of(answer)["working"];
  }
  std::string lesson_with(const std::vector<std::string>& ids) {
    auto body = lesson_body(whole);
    body["captions"] = ids;
    body["chapters"] = {{{"at_ms", 0}, {"title", "a"}},
                        {{"at_ms", 500}, {"title", "b"}},
                        {{"at_ms", 3000}, {"title", "c"}},
                        {{"at_ms", 5500}, {"title", "d"}}};
    return create_lesson(author, body);
  }

  AssetId whole = make_asset(author);
};

TEST_F(TrimmedCaptions, AreCutToThePart) {
  add("one");

  const auto part = trim(whole, {1'000, 5'000});

  ASSERT_EQ(part.captions.size(), 1U);
  EXPECT_EQ(part.captions[0].label, "one");
  EXPECT_EQ(part.captions[0].cues, 3U);
  EXPECT_EQ(text_in(part),
            "00:00:00.000 --> 00:00:00.500\nbegin\n\n00:00:01.000 --> 00:00:02.000\nmiddle\n\n"
            "00:00:03.500 --> 00:00:04.000\nend\n\n");
}

TEST_F(TrimmedCaptions, OfATrimCountFromWhatItShows) {
  const auto id = add("one");
  const auto part = trim(whole, {1'000, 5'000});

  const auto smaller = trim(part.id, {1'500, 3'800});

  ASSERT_EQ(smaller.captions.size(), 1U);
  EXPECT_EQ(text_in(smaller),
            "00:00:00.000 --> 00:00:00.500\nmiddle\n\n00:00:02.000 --> 00:00:02.300\nend\n\n");
  EXPECT_EQ(smaller.captions[0].of, id) << "not of the trim between them";
  const auto shown =
      json_of(get("/api/v1/assets/" + smaller.id.text() + "/captions", &author))["items"][0];
  EXPECT_FALSE(shown.contains("of")) << "ours alone";
}

TEST_F(TrimmedCaptions, WithNothingInThePartStayBehind) {
  add("early", "00:00:00,500 --> 00:00:01,000\nA\n");
  add("late", "00:00:05,000 --> 00:00:06,000\nA\n");

  EXPECT_THAT(trim(whole, {1'000, 5'000}).captions, IsEmpty());
}

TEST_F(TrimmedCaptions, LeaveNoFilesOfATrimThatWasRefused) {
  add("one");
  for (int i = 0; i < 19; ++i) trim(whole, {1'000, 2'500 + i});
  const auto before = blobs.list("assets/", 1'000)->size();

  EXPECT_EQ(assets.trim(author.viewer, whole, {1'000, 5'000}).error().reason, "too_many_cuts");

  EXPECT_EQ(blobs.list("assets/", 1'000)->size(), before);
}

TEST_F(TrimmedCaptions, AndChaptersGoOnInTheLesson) {
  const auto lesson = lesson_with({add("two"), add("one")});
  const auto part = trim(whole, {1'000, 5'000});

  const auto working = patch(lesson, {{"asset_id", part.id.text()}});

  EXPECT_EQ(working["captions"], (nlohmann::json{part.captions[0].id, part.captions[1].id}));
  EXPECT_EQ(part.captions[0].label, "two");
  EXPECT_EQ(working["chapters"],
            (nlohmann::json{{{"at_ms", 0}, {"title", "b"}}, {{"at_ms", 2000}, {"title", "c"}}}))
      << "the one that was running, and the one within";
}

TEST_F(TrimmedCaptions, ComeBackWithTheWholeVideo) {
  const auto id = add("one");
  const auto lesson = lesson_with({id});
  const auto part = trim(whole, {1'000, 5'000});
  patch(lesson, {{"asset_id", part.id.text()}});

  const auto working = patch(lesson, {{"asset_id", whole.text()}});

  EXPECT_EQ(working["captions"], nlohmann::json{id});
  EXPECT_EQ(working["chapters"],
            (nlohmann::json{{{"at_ms", 1000}, {"title", "b"}}, {{"at_ms", 3000}, {"title", "c"}}}));
}

TEST_F(TrimmedCaptions, AreThoseThatThePatchNames) {
  const auto lesson = lesson_with({add("one")});
  const auto part = trim(whole, {1'000, 5'000});

  const auto working = patch(lesson, {{"asset_id", part.id.text()},
                                      {"captions", nlohmann::json::array()},
                                      {"chapters", nlohmann::json::array()}});

  EXPECT_THAT(working["captions"], IsEmpty());
  EXPECT_THAT(working["chapters"], IsEmpty());
}

TEST_F(TrimmedCaptions, OfAnotherVideoAreNotTakenOver) {
  const auto lesson = lesson_with({add("one")});

  const auto working = patch(lesson, {{"asset_id", make_asset(author).text()}});

  EXPECT_THAT(working["captions"], IsEmpty());
  EXPECT_THAT(working["chapters"], IsEmpty());
}

}  // namespace
}  // namespace weike
