#include "server/jobs/reuse.hpp"

#include "media/images/image_files.hpp"
#include "tests/server/jobs/jobs_fixture.hpp"

namespace weike::server {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::Not;
using ::testing::Pair;

class ReuseTest : public JobsFixture {
 protected:
  ReuseTest() {
    worker.set_notes([](const std::string& rendition, const media::Segment& segment) {
      media::Observation observation;
      if (rendition == "v360") observation.picture.emplace().frames = segment.frame_count;
      if (rendition == "a128") observation.sound.emplace().true_peak_db = -2;
      return observation;
    });
  }

  void SetUp() override {
    asset = create_asset(kSource);
    work();
    ASSERT_EQ(find().state, AssetState::ready);
  }

  // Times that anything but the files of a probe was made.
  int made() const {
    int count = 0;
    for (const auto& [file, times] : worker.made()) {
      if (!file.ends_with("/init.mp4")) count += times;
    }
    return count;
  }
  std::string text_of(AssetId of, const std::string& file) {
    const auto text = blobs.read(assets::blob_name(of, file), 1 << 20);
    return text ? *text : text.error().message;
  }

  const std::string kSource = "5a5a";
  const AccountId other_owner = AccountId::make_random();
  const UnitId other_unit = UnitId::make_random();
};

TEST_F(ReuseTest, SecondUploadOfTheSameBytesIsNotMadeAgain) {
  const auto before = made();
  const auto second = create_asset(kSource, other_owner, other_unit);

  work();

  const auto ready = find(second);
  EXPECT_EQ(ready.state, AssetState::ready);
  EXPECT_EQ(made(), before) << "only the probe ran";
  for (const auto& rendition : ready.renditions) {
    EXPECT_TRUE(rendition.is_complete()) << rendition.name;
    EXPECT_GT(rendition.average_bps, 0) << rendition.name;
  }
  EXPECT_EQ(ready.verdict, find().verdict);
  EXPECT_TRUE(ready.verdict.at("content").is_object());
  EXPECT_EQ(ready.placeholders, find().placeholders);
  EXPECT_EQ(text_of(second, "v720/3.m4s"), text_of(asset, "v720/3.m4s"));
  for (const auto& file : media::image_files(plan_of(7))) {
    EXPECT_EQ(text_of(second, file), text_of(asset, file)) << file;
  }
  EXPECT_THAT(log, Contains("segments_reused"));
}

TEST_F(ReuseTest, ItStaysWhenTheFirstIsDeleted) {
  const auto second = create_asset(kSource, other_owner, other_unit);
  work();

  ASSERT_TRUE(assets.remove(owner_viewer(), asset));

  EXPECT_EQ(text_of(second, "v360/2.m4s"), "content of v360/2.m4s");
  EXPECT_EQ(text_of(second, "poster.jpg"), "content of poster.jpg");
  EXPECT_TRUE(files().empty());
}

TEST_F(ReuseTest, NothingElseOfTheOtherAssetComesAlong) {
  const std::string caption = "WEBVTT";
  ASSERT_TRUE(blobs.put(assets::blob_name(asset, "captions/0123456789ab.vtt"),
                        std::as_bytes(std::span(caption))));
  const auto second = create_asset(kSource, other_owner, other_unit);
  ASSERT_TRUE(store.transact([&](storage::Transaction& transaction) -> Result<> {
    auto first = *assets.find(transaction, asset);
    first.file_name = "secret.mp4";
    return assets.save(transaction, first);
  }));

  work();

  EXPECT_EQ(find(second).file_name, "phone.mp4");
  EXPECT_EQ(find(second).owner, other_owner);
  EXPECT_EQ(find(second).unit, other_unit);
  asset = second;
  EXPECT_THAT(files(), Not(Contains("captions/0123456789ab.vtt")));
}

TEST_F(ReuseTest, AnotherPlanIsAnotherLesson) {
  auto plan = plan_of(7);
  plan.trim = {1'000, 9'000};
  worker.set_probe_result({{"plan", plan}, {"verdict", {{"width", 640}}}});
  const auto before = made();
  const auto second = create_asset(kSource);

  work();

  EXPECT_EQ(find(second).state, AssetState::ready);
  EXPECT_GT(made(), before);
  EXPECT_THAT(log, Not(Contains("segments_reused")));
}

TEST_F(ReuseTest, UnfinishedAssetsGiveNothing) {
  ASSERT_TRUE(store.transact([&](storage::Transaction& transaction) -> Result<> {
    auto first = *assets.find(transaction, asset);
    first.state = AssetState::failed;
    return assets.save(transaction, first);
  }));
  const auto before = made();
  create_asset(kSource);

  work();

  EXPECT_GT(made(), before);
}

TEST_F(ReuseTest, WhatIsMissingIsMade) {
  ASSERT_TRUE(blobs.erase(assets::blob_name(asset, "v720/3.m4s")));
  ASSERT_TRUE(blobs.erase(assets::blob_name(asset, "poster.jpg")));
  const auto second = create_asset(kSource);

  work();

  EXPECT_EQ(find(second).state, AssetState::ready);
  auto made = worker.made();
  EXPECT_EQ(made["v720/3.m4s"], 2);
  EXPECT_EQ(made["v720/2.m4s"], 1);
  EXPECT_EQ(made["poster.jpg"], 2);
}

TEST_F(ReuseTest, FilesOfItsOwnStay) {
  const auto second = create_asset(kSource);
  const std::string own = "made by an older build";
  for (const char* file : {"v720/3.m4s", "poster.jpg"})
    ASSERT_TRUE(blobs.put(assets::blob_name(second, file), std::as_bytes(std::span(own))));

  work();

  EXPECT_EQ(find(second).state, AssetState::ready);
  EXPECT_EQ(text_of(second, "v720/3.m4s"), own);
  EXPECT_EQ(text_of(second, "poster.jpg"), "content of poster.jpg") << "made with its siblings";
  EXPECT_EQ(worker.made()["v720/2.m4s"], 1) << "the others are taken over all the same";
  asset = second;
  EXPECT_EQ(journal_entries(), 21U);
}

TEST_F(ReuseTest, LostLeaseTakesNothing) {
  const auto second = create_asset(kSource);
  media::Plan plan = plan_of(7);
  ASSERT_TRUE(
      blobs.link(assets::blob_name(asset, "plan.json"), assets::blob_name(second, "plan.json")));

  const auto taken =
      Reuse(workshop).take_over(find(second), plan, [](storage::Transaction&) -> Result<> {
        return Error{ErrorCode::conflict, "somebody else has the job"};
      });

  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, ErrorCode::conflict);
  asset = second;
  EXPECT_EQ(journal_entries(), 0U);
}

}  // namespace
}  // namespace weike::server
