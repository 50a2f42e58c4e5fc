#include "tests/api/playback/media_fixture.hpp"

// Which links stop working, when, and what is said about it.
namespace weike {
namespace {

using MediaLinksRules = MediaRoutes;

TEST_F(MediaLinksRules, RefusesTamperedForeignAndExpiredSignatures) {
  const auto first = make_live("members");
  const auto media = folder(first, &member);
  const auto foreign = folder(make_live("members"), &member);
  ASSERT_EQ(get(media + "v360/0.m4s").status, 200);
  ASSERT_TRUE(get_hot(media + "v360/0.m4s"));

  const auto refused = [&](const std::string& target, const std::string& code) {
    const auto response = get(target + "v360/0.m4s");
    EXPECT_EQ(response.status, 403) << target;
    EXPECT_EQ(code_of(response), code) << target;
    EXPECT_FALSE(get_hot(target + "v360/0.m4s")) << target;
  };
  auto tampered = media;
  tampered[media.size() - 2] = tampered[media.size() - 2] == 'A' ? 'B' : 'A';
  refused(tampered, "bad_signature");
  refused(media.substr(0, 7 + 32) + foreign.substr(7 + 32), "bad_signature");
  EXPECT_EQ(get("/media/nonsense/x/master.m3u8").status, 404);

  clock.advance(std::chrono::hours{12} + std::chrono::seconds{1});
  refused(media, "link_expired");
}

TEST_F(MediaLinksRules, RecallStopsLinksAtOnceAlsoRunningTransfers) {
  for (const std::string audience : {"public", "members"}) {
    const auto id = make_live(audience);
    const auto shared = audience == "public";
    const auto media = folder(id, shared ? nullptr : &member);
    const auto preview =
        json_of(get("/api/v1/lessons/" + id + "/playback?version=working", &author));
    const auto running = get(media + "v360/0.m4s");
    const auto running_hot = get_hot(media + "v360/0.m4s");
    ASSERT_TRUE(running_hot);
    const auto holds = [](const http::Response& response) {
      return std::get<http::FileBody>(response.body).permit->holds();
    };
    ASSERT_TRUE(holds(running));

    ASSERT_EQ(post("/api/v1/lessons/" + id + "/recall", &curator, {{"reason", "x"}}).status, 200);

    EXPECT_FALSE(holds(running));
    EXPECT_FALSE(holds(*running_hot));
    for (const std::string file : {"master.m3u8", "v360/0.m4s", "poster.jpg"}) {
      EXPECT_EQ(get(media + file).status, 410) << file;
      EXPECT_EQ(code_of(get(media + file)), "lesson_recalled");
      EXPECT_FALSE(get_hot(media + file)) << file;
    }
    EXPECT_EQ(get(preview["hls_url"]).status, 410);
    EXPECT_EQ(get("/api/v1/lessons/" + id + "/playback", &member).status, 410);

    ASSERT_EQ(post("/api/v1/lessons/" + id + "/publish", &curator).status, 200);
    EXPECT_EQ(code_of(get(media + "master.m3u8")), "link_expired") << "ask for a new link";
    EXPECT_EQ(get(folder(id, &member) + "master.m3u8").status, 200);
  }
}

TEST_F(MediaLinksRules, ARecallByAnotherNodeIsSeenWithinTheStaleness) {
  const auto media = folder(make_live("members"), &member);
  const auto running = get(media + "v360/0.m4s");
  ASSERT_TRUE(get_hot(media + "v360/0.m4s"));
  ASSERT_TRUE(store.transact([&](storage::Transaction& transaction) -> Result<> {
    auto raised = assets.raise_epoch(transaction, asset);
    return raised ? Result<>{} : Result<>{raised.error()};
  }));

  clock.advance(std::chrono::seconds{5});

  EXPECT_FALSE(get_hot(media + "v360/0.m4s")) << "what is known is too old for the hot lane";
  const auto& permit = std::get<http::FileBody>(running.body).permit;
  delivery.tend();
  EXPECT_FALSE(permit->holds());
}

TEST_F(MediaLinksRules, ADisabledAccountLosesItsLinksAndOthersKeepTheirs) {
  const auto id = make_live("members");
  const auto lost = folder(id, &member);
  const auto kept = folder(id, &reviewer);
  const auto running = get(lost + "v360/0.m4s");
  ASSERT_TRUE(get_hot(lost + "v360/0.m4s"));

  ASSERT_TRUE(accounts.disable("member"));
  clock.advance(std::chrono::seconds{5});
  delivery.tend();

  EXPECT_FALSE(std::get<http::FileBody>(running.body).permit->holds());
  EXPECT_EQ(code_of(get(lost + "v360/0.m4s")), "link_expired");
  EXPECT_FALSE(get_hot(lost + "v360/0.m4s"));
  EXPECT_EQ(get(kept + "v360/0.m4s").status, 200);
}

TEST_F(MediaLinksRules, EndedSessionsStopLinksAtOnceWhenTheGateIsTold) {
  const auto media = folder(make_live("members"), &member);
  const auto running = get(media + "v360/0.m4s");

  gate.end_viewer(member.id);

  EXPECT_FALSE(std::get<http::FileBody>(running.body).permit->holds());
  EXPECT_EQ(get(media + "v360/0.m4s").status, 200) << "the account still has a session";
}

TEST_F(MediaLinksRules, ACardsLinksAreWrittenAsTheirJson) {
  for (const std::uint32_t poster : {0U, 1U, 3U}) {
    for (const bool with_av1 : {false, true}) {
      playback::LinkTarget target{AssetId::make_random(), 7, poster, {}, with_av1};
      if (poster == 3) target.captions = {"0123456789ab", "ba9876543210"};
      std::string json = "[";

      links.append_for_everyone(json, target);

      EXPECT_EQ(json, "[" + playback::to_wire(links.for_everyone(target)).dump());
    }
  }
}

TEST_F(MediaLinksRules, DeletingALessonStopsItsPreviewAndFreesItsDescriptors) {
  asset = make_asset(author);
  const auto id = create_lesson(author, lesson_body(asset));
  const auto json = json_of(get("/api/v1/lessons/" + id + "/playback?version=working", &author));
  const std::string url = json["hls_url"];
  const auto segment = url.substr(0, url.rfind('/') + 1) + "v360/0.m4s";
  std::weak_ptr<const storage::OpenFile> open;
  {
    const auto response = get(segment);
    open = std::get<http::FileBody>(response.body).file;
  }
  ASSERT_FALSE(open.expired()) << "the descriptor stays open for the next request";

  ASSERT_EQ(call(http::Method::del, "/api/v1/lessons/" + id, &author).status, 204);
  EXPECT_EQ(get(segment).status, 404);
  EXPECT_FALSE(get_hot(segment));
  clock.advance(std::chrono::seconds{31});
  delivery.tend();

  EXPECT_TRUE(open.expired());
}

}  // namespace
}  // namespace weike
