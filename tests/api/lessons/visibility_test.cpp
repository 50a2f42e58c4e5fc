#include "storage/records/keys.hpp"
#include "storage/records/record.hpp"
#include "tests/api/lessons/lesson_world.hpp"

namespace weike {
namespace {

// Every role against every state: what GET lessons/{id}, its live and its working playback answer.
struct Answers {
  int lesson;
  int live;
  int working;
};

struct Row {
  const char* who;
  const Person* person;
  Answers expected;
};

class VisibilityMatrix : public LessonWorld {
 protected:
  void expect(const std::string& id, const char* state, const std::vector<Row>& rows) {
    const auto lesson = "/api/v1/lessons/" + id;
    for (const auto& row : rows) {
      EXPECT_EQ(get(lesson, row.person).status, row.expected.lesson) << state << ' ' << row.who;
      EXPECT_EQ(get(lesson + "/playback", row.person).status, row.expected.live)
          << state << ' ' << row.who << " live";
      EXPECT_EQ(get(lesson + "/playback?version=working", row.person).status, row.expected.working)
          << state << ' ' << row.who << " working";
    }
  }

  std::vector<Row> rows(Answers owner, Answers reviews, Answers curates, Answers administers,
                        Answers signed_in, Answers visitor) {
    return {{"owner", &author, owner},      {"reviewer", &reviewer, reviews},
            {"curator", &curator, curates}, {"administrator", &administrator, administers},
            {"member", &member, signed_in}, {"other publisher", &stranger, signed_in},
            {"visitor", nullptr, visitor}};
  }

  Person stranger = make_person("stranger", {Role::publisher});
};

constexpr Answers kNothing{404, 404, 404};
constexpr Answers kPreview{200, 404, 200};
constexpr Answers kAll{200, 200, 200};
constexpr Answers kLive{200, 200, 404};
constexpr Answers kRecalled{410, 410, 404};
constexpr Answers kOverseesRecalled{200, 410, 200};

TEST_F(VisibilityMatrix, HoldsForEveryRoleAndState) {
  for (const std::string audience : {"public", "members"}) {
    auto body = lesson_body(make_asset(author));
    body["audience"] = audience;
    const auto id = create_lesson(author, body);
    const auto lesson = "/api/v1/lessons/" + id;
    const auto visitor_live = audience == "public" ? kLive : kNothing;
    const auto visitor_recalled = audience == "public" ? kRecalled : kNothing;

    expect(id, "draft", rows(kPreview, kNothing, kNothing, kNothing, kNothing, kNothing));
    ASSERT_EQ(post(lesson + "/submit", &author).status, 200);
    expect(id, "in_review", rows(kPreview, kPreview, kPreview, kPreview, kNothing, kNothing));
    ASSERT_EQ(post(lesson + "/approve", &reviewer).status, 200);
    expect(id, "approved", rows(kPreview, kPreview, kPreview, kPreview, kNothing, kNothing));
    ASSERT_EQ(post(lesson + "/publish", &author).status, 200);
    expect(id, "live", rows(kAll, kAll, kAll, kAll, kLive, visitor_live));
    ASSERT_EQ(post(lesson + "/recall", &curator, {{"reason", "x"}}).status, 200);
    expect(id, "recalled",
           rows(kOverseesRecalled, kOverseesRecalled, kOverseesRecalled, kOverseesRecalled,
                kRecalled, visitor_recalled));
    ASSERT_EQ(post(lesson + "/publish", &curator).status, 200);
    ASSERT_EQ(call(http::Method::patch, lesson, &author, {{"title", "二"}}).status, 200);
    expect(id, "live with a new draft", rows(kAll, kLive, kLive, kLive, kLive, visitor_live));
  }
}

TEST_F(VisibilityMatrix, StepsBelongToTheirRoles) {
  const auto id = create_lesson(author, lesson_body(make_asset(author)));
  const auto lesson = "/api/v1/lessons/" + id;
  const nlohmann::json reason = {{"reason", "x"}};
  const auto status = [&](const char* action, const Person* person, const nlohmann::json& body) {
    return post(lesson + action, person, body).status;
  };
  const auto none = nlohmann::json::object();

  for (const auto* person : {&member, &stranger, &reviewer, &curator})
    EXPECT_EQ(status("/submit", person, none), 404) << person->name;
  EXPECT_EQ(status("/submit", nullptr, none), 401);
  ASSERT_EQ(status("/submit", &author, none), 200);

  for (const auto* person : {&member, &stranger}) EXPECT_EQ(status("/approve", person, none), 404);
  for (const auto* person : {&curator, &author}) EXPECT_EQ(status("/approve", person, none), 403);
  EXPECT_EQ(status("/return", &curator, reason), 403);
  ASSERT_EQ(status("/approve", &reviewer, none), 200);

  for (const auto* person : {&member, &stranger}) EXPECT_EQ(status("/publish", person, none), 404);
  EXPECT_EQ(status("/publish", &reviewer, none), 403);
  ASSERT_EQ(status("/publish", &curator, none), 200);

  for (const auto* person : {&member, &stranger, &reviewer})
    EXPECT_EQ(status("/recall", person, reason), 403) << person->name;
  EXPECT_EQ(get(lesson + "/decisions", &member).status, 403);
  EXPECT_EQ(get(lesson + "/decisions", &reviewer).status, 200);
  EXPECT_EQ(status("/recall", &administrator, reason), 200);
}

TEST_F(VisibilityMatrix, APublisherWhoLostTheRoleOnlyTakesLessonsAway) {
  const auto id = create_live(lesson_body(make_asset(author)));
  ASSERT_TRUE(store.transact([&](storage::Transaction& transaction) -> Result<> {
    auto account = accounts.find(transaction, author.id).value();
    account.grants = {{Role::member, kRootUnit}};
    return storage::save(transaction, storage::keys::account(author.id), account);
  }));
  author.token = sessions.log_in("author", "long enough 1", "192.0.2.1").value().token;
  const auto lesson = "/api/v1/lessons/" + id;

  EXPECT_EQ(call(http::Method::patch, lesson, &author, {{"title", "x"}}).status, 403);
  EXPECT_EQ(post(lesson + "/submit", &author).status, 403);
  EXPECT_EQ(post(lesson + "/recall", &author, {{"reason", "x"}}).status, 200);
  EXPECT_EQ(post(lesson + "/publish", &author).status, 403);
  EXPECT_EQ(call(http::Method::del, lesson, &author).status, 204);
}

}  // namespace
}  // namespace weike
