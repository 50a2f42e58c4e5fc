#include "tests/api/playback/planned_media.hpp"

// Segments that are asked for before they are made.
namespace weike {
namespace {

using testing::ElementsAre;

class SegmentWaits : public PlannedMedia {
 protected:
  SegmentWaits() { delivery.ask(requests); }

  // The wait that a request for `file` becomes; null if it was answered at once.
  std::shared_ptr<http::LaterAnswer> ask_for(const Asset& video, const std::string& file,
                                             const HeaderList& headers = {}) {
    auto response = get(url(video, file), nullptr, headers);
    auto* later = std::get_if<std::shared_ptr<http::LaterAnswer>>(&response.body);
    return later ? std::move(*later) : nullptr;
  }

  playback::FakeRequests requests;
  Asset asset = store_asset(sample_plan(), AssetState::transcoding, {"v360", "a64"});
};

TEST_F(SegmentWaits, TheAnswerComesWhenTheSegmentIsMade) {
  const auto waiting = ask_for(asset, "v720/2.m4s", {{"Range", "bytes=0-3"}});
  ASSERT_TRUE(waiting);
  int woken = 0;
  waiting->on_ready([&] { ++woken; });
  EXPECT_EQ(woken, 0);
  put_blob(asset, "v720/2.m4s", "made bytes");

  requests.settle_all();
  const auto response = waiting->answer();

  EXPECT_EQ(woken, 1);
  EXPECT_THAT(requests.wanted, ElementsAre("v720/2"));
  EXPECT_EQ(response.status, 206);
  EXPECT_EQ(text_of(response), "made");
  EXPECT_EQ(header(response, "Content-Type"), "video/mp4");
  EXPECT_TRUE(get_hot(url(asset, "v720/2.m4s"))) << "the next one gets it from memory";
}

TEST_F(SegmentWaits, ManyWaitersOfOneSegmentAreAllWoken) {
  std::vector<std::shared_ptr<http::LaterAnswer>> waiters;
  int woken = 0;
  for (int i = 0; i < 20; ++i) {
    waiters.push_back(ask_for(asset, "v720/1.m4s"));
    ASSERT_TRUE(waiters.back());
    waiters.back()->on_ready([&] { ++woken; });
  }
  EXPECT_EQ(requests.open_wishes(), 20U);

  requests.settle_all();

  EXPECT_EQ(woken, 20);
}

TEST_F(SegmentWaits, AfterItsPatienceARequestIsToldToComeAgain) {
  const auto waiting = ask_for(asset, "v720/2.m4s", {{"Accept-Language", "en"}});
  ASSERT_TRUE(waiting);
  EXPECT_EQ(waiting->patience(), std::chrono::seconds{8});

  const auto response = waiting->answer();

  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(code_of(response), "segment_not_ready");
  EXPECT_EQ(header(response, "Retry-After"), "2");
  EXPECT_EQ(json_of(response)["title"], "Not transcoded yet");
  EXPECT_EQ(json_of(ask_for(asset, "v720/2.m4s")->answer())["title"], "视频片段还在转码");
}

TEST_F(SegmentWaits, AWakeThatComesBeforeAnybodyListensIsNotLost) {
  requests.settles_at_once = true;
  const auto waiting = ask_for(asset, "v720/2.m4s");
  int woken = 0;

  waiting->on_ready([&] { ++woken; });

  EXPECT_EQ(woken, 1);
}

TEST_F(SegmentWaits, AViewerWhoLeavesWithdrawsTheWish) {
  auto first = ask_for(asset, "v720/2.m4s");
  auto second = ask_for(asset, "v720/2.m4s");
  ASSERT_EQ(requests.open_wishes(), 2U);

  first.reset();
  EXPECT_EQ(requests.open_wishes(), 1U);
  second.reset();

  EXPECT_EQ(requests.open_wishes(), 0U);
  requests.settle_all();
}

TEST_F(SegmentWaits, OnlyGetsOfSegmentsWait) {
  const auto head = call(http::Method::head, url(asset, "v720/2.m4s"));
  EXPECT_EQ(head.status, 503);
  for (const std::string file : {"v720/init.mp4", "poster.jpg", "v720.mp4"})
    EXPECT_EQ(status_of(asset, file), 503) << file;
  for (const std::string file : {"v720/3.m4s", "v1080/0.m4s", "plan.json"})
    EXPECT_EQ(status_of(asset, file), 404) << file;

  EXPECT_TRUE(requests.wanted.empty());
  EXPECT_FALSE(get_hot(url(asset, "v720/2.m4s"))) << "the I/O thread asks nobody";
}

TEST_F(SegmentWaits, WhatHappensMeanwhileCounts) {
  const auto to_be_rejected = ask_for(asset, "v720/2.m4s");
  asset.state = AssetState::rejected;
  save(asset);
  gate.reject(asset.id);
  EXPECT_EQ(code_of(to_be_rejected->answer()), "asset_rejected");
  EXPECT_EQ(to_be_rejected->answer().status, 410);

  auto other = store_asset(sample_plan(), AssetState::transcoding, {});
  const auto to_be_erased = ask_for(other, "v720/2.m4s");
  ASSERT_TRUE(store.transact([&](storage::Transaction& transaction) {
    return transaction.erase(storage::keys::asset(other.id));
  }));
  gate.forget(other.id);
  EXPECT_EQ(to_be_erased->answer().status, 404);
}

TEST_F(SegmentWaits, ThePipelineHearsNowAndThenThatSomebodyWatches) {
  put_blob(asset, "v360/0.m4s", "picture");
  put_blob(asset, "a64/0.m4s", "sound");
  for (const std::string file : {"master.m3u8", "a64/index.m3u8", "a64/0.m4s"}) {
    EXPECT_EQ(status_of(asset, file), 200) << file;
    EXPECT_TRUE(get_hot(url(asset, file))) << file;
  }
  EXPECT_TRUE(requests.watched_assets.empty());

  EXPECT_EQ(status_of(asset, "v360/index.m3u8"), 200);
  EXPECT_EQ(status_of(asset, "v360/0.m4s"), 200);
  EXPECT_TRUE(get_hot(url(asset, "v360/0.m4s")));
  EXPECT_THAT(requests.watched_assets, ElementsAre(asset.id));

  clock.advance(std::chrono::seconds{60});
  delivery.tend();
  EXPECT_FALSE(get_hot(url(asset, "v360/0.m4s"))) << "it is time to tell, which may block";
  EXPECT_EQ(status_of(asset, "v360/0.m4s"), 200);
  EXPECT_EQ(requests.watched_assets.size(), 2U);
}

}  // namespace
}  // namespace weike
