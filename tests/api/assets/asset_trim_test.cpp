#include "api/assets/asset_routes.hpp"
#include "api/review/manifest.hpp"
#include "api/uploads/quota.hpp"
#include "tests/api/assets/assets_fixture.hpp"

namespace weike::assets {
namespace {

class AssetTrimTest : public AssetsFixture {
 protected:
  AssetTrimTest() {
    add_routes(router, service, {});
    whole = create();
    change(whole, [](Asset& asset) {
      asset.state = AssetState::ready;
      asset.has_plan = true;
      asset.duration_ms = 10'000;
    });
    EXPECT_TRUE(transact([&](storage::Transaction& transaction) -> Result<> {
      return uploads::reserve_bytes(transaction, kRootUnit, 5, 1'000);
    }));
  }

  Asset cut(AssetId from, AssetTrim trim) {
    auto made = service.trim(owner_viewer, from, trim);
    EXPECT_TRUE(made) << made.error().message;
    return made ? *made : Asset{};
  }
  std::string reason_of(AssetTrim trim) {
    const auto made = service.trim(owner_viewer, whole, trim);
    return made ? "" : made.error().reason + " " + made.error().field;
  }
  bool has_source() { return blobs.list("uploads/", 10)->size() == 1; }
  std::uint64_t quota_used() {
    std::uint64_t used = 0;
    EXPECT_TRUE(store.read([&](storage::Transaction& transaction) -> Result<> {
      used = uploads::used_bytes(transaction, kRootUnit).value();
      return {};
    }));
    return used;
  }
  http::Response post(AssetId id, std::string body, const Viewer& viewer) {
    http::Request request;
    request.method = http::Method::post;
    request.viewer = viewer;
    request.headers.add("Content-Type", "application/json");
    request.body = std::move(body);
    const auto match = router.find(http::Method::post, "/api/v1/assets/" + id.text() + "/trim");
    for (const auto& [name, value] : match.parameters) request.parameters[name] = value;
    return match.route->handler(request);
  }

  http::Router router;
  AssetId whole;
};

TEST_F(AssetTrimTest, MakesAnotherAssetOnTheSameSource) {
  const auto part = cut(whole, {2'000, 8'500});

  EXPECT_NE(part.id, whole);
  EXPECT_EQ(part.state, AssetState::queued);
  EXPECT_EQ(part.trim, (AssetTrim{2'000, 8'500}));
  EXPECT_EQ(part.source_blob, service.show(owner_viewer, whole)->source_blob);
  EXPECT_EQ(service.show(owner_viewer, part.id)->trim, part.trim);
  EXPECT_EQ(*queue.depth(), 2U) << "it waits behind the whole, which nobody took";
  EXPECT_TRUE(has_source());
}

TEST_F(AssetTrimTest, CountsFromWhatTheAssetShows) {
  const auto part = cut(whole, {2'000, 8'500});
  change(part.id, [](Asset& asset) {
    asset.has_plan = true;
    asset.duration_ms = 6'500;
  });

  EXPECT_EQ(cut(part.id, {1'000, 6'500}).trim, (AssetTrim{3'000, 8'500}));
}

TEST_F(AssetTrimTest, RefusesPointsThatMakeNoLesson) {
  EXPECT_EQ(reason_of({0, 10'001}), "trim_outside out_ms");
  EXPECT_EQ(reason_of({10'000, 10'000}), "trim_outside in_ms");
  EXPECT_EQ(reason_of({-1, 5'000}), "trim_outside in_ms");
  EXPECT_EQ(reason_of({4'000, 4'999}), "trim_too_short out_ms");
  EXPECT_EQ(reason_of({5'000, 4'000}), "trim_too_short out_ms");
  EXPECT_EQ(reason_of({9'000, 10'000}), "");
}

TEST_F(AssetTrimTest, NeedsAProbedAssetOfOnesOwn) {
  const auto unknown = create();
  change(unknown, [](Asset& asset) { asset.source_sha256 = "77"; });

  EXPECT_EQ(service.trim(owner_viewer, unknown, {0, 1'000}).error().reason, "asset_not_probed");
  EXPECT_EQ(service.trim(with_role(other, Role::publisher), whole, {0, 1'000}).error().code,
            ErrorCode::not_found);
}

TEST_F(AssetTrimTest, NeedsASourceThatIsHashed) {
  change(whole, [](Asset& asset) { asset.source_sha256 = ""; });

  EXPECT_EQ(reason_of({0, 1'000}), "asset_not_probed ");
}

TEST_F(AssetTrimTest, IsBoundedForOneSource) {
  std::string reason;
  for (int i = 0; i < 30 && reason.empty(); ++i) reason = reason_of({0, 1'000 + i});

  EXPECT_EQ(reason, "too_many_cuts ");
}

TEST_F(AssetTrimTest, StrangersWithTheSameBytesDoNotCount) {
  for (int i = 0; i < 60; ++i) create(other);

  EXPECT_EQ(reason_of({0, 1'000}), "");
  std::string reason;
  int made = 1;
  for (; made < 30 && reason.empty(); ++made) reason = reason_of({0, 1'000 + made});
  EXPECT_EQ(reason, "too_many_cuts ");
  EXPECT_EQ(made, 20) << "nineteen beside the whole, and the one refused";
}

TEST_F(AssetTrimTest, NeedsAPublisher) {
  const auto former = service.trim(with_role(owner, Role::member), whole, {0, 1'000});

  EXPECT_EQ(former.error().code, ErrorCode::forbidden);
}

TEST_F(AssetTrimTest, NeedsFreeDisk) {
  const auto free = blobs.free_bytes().value();
  AssetService careful{store, blobs, queue, bus, clock, {.disk_reserve_bytes = free - 4}};
  AssetService content{store, blobs, queue, bus, clock, {.disk_reserve_bytes = free - 5}};

  EXPECT_EQ(careful.trim(owner_viewer, whole, {0, 1'000}).error().code, ErrorCode::out_of_space);
  EXPECT_TRUE(content.trim(owner_viewer, whole, {0, 1'000})) << "five bytes, as the source has";
}

TEST_F(AssetTrimTest, SourceLivesUntilTheLastAssetOnIt) {
  const auto part = cut(whole, {0, 5'000}).id;

  ASSERT_TRUE(service.remove(owner_viewer, whole));
  EXPECT_TRUE(has_source());
  EXPECT_EQ(quota_used(), 5U) << "the source counts once";
  ASSERT_TRUE(service.show(owner_viewer, part));

  ASSERT_TRUE(service.remove(owner_viewer, part));
  EXPECT_FALSE(has_source());
  EXPECT_EQ(quota_used(), 0U);
}

TEST_F(AssetTrimTest, EqualBytesOfAnotherUploadDoNotKeepIt) {
  create();  // The same SHA-256, but a file of its own.
  ASSERT_TRUE(service.remove(owner_viewer, whole));

  EXPECT_TRUE(has_source()) << "only the other upload's";
}

TEST_F(AssetTrimTest, ChangesTheManifest) {
  LessonVersion version;
  Asset asset;
  const auto before = review::manifest_sha256(version, asset, "");
  asset.trim = AssetTrim{0, 5'000};

  EXPECT_NE(review::manifest_sha256(version, asset, ""), before);
}

TEST_F(AssetTrimTest, IsARoute) {
  const auto made = post(whole, R"({"in_ms":1000,"out_ms":3000})", owner_viewer);
  ASSERT_EQ(made.status, 201);
  const auto json = nlohmann::json::parse(std::get<std::string>(made.body));
  EXPECT_EQ(json["trim"], (nlohmann::json{{"in_ms", 1000}, {"out_ms", 3000}}));
  EXPECT_EQ(json["state"], "queued");

  EXPECT_EQ(post(whole, R"({"in_ms":1000})", owner_viewer).status, 400);
  EXPECT_EQ(post(whole, R"({"in_ms":3000,"out_ms":1000})", owner_viewer).status, 400);
  EXPECT_EQ(post(whole, R"({"in_ms":0,"out_ms":1000})", with_role(other, Role::publisher)).status,
            404);
}

}  // namespace
}  // namespace weike::assets
