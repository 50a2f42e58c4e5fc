#include "api/uploads/quota.hpp"
#include "tests/api/assets/assets_fixture.hpp"

namespace weike::assets {
namespace {

using ::testing::HasSubstr;

class AssetServiceTest : public AssetsFixture {};

TEST_F(AssetServiceTest, NewAssetStandsInTheQueue) {
  const auto id = create();

  const auto asset = service.show(owner_viewer, id);
  ASSERT_TRUE(asset);
  EXPECT_EQ(asset->state, AssetState::queued);
  EXPECT_EQ(asset->file_name, "phone.mp4");
  EXPECT_EQ(service.standing(*asset).queue_place, 0U);
  EXPECT_EQ(service.standing(*service.show(owner_viewer, create())).queue_place, 1U);
  EXPECT_EQ((*queue.lease())->payload, id.text());
}

TEST_F(AssetServiceTest, AbortedTransactionLeavesNeitherAssetNorJob) {
  AssetId id;
  const auto done = transact([&](storage::Transaction& transaction) -> Result<> {
    id = *service.create(transaction, {owner, kRootUnit, "uploads/x", "5a", "a.mp4", 5});
    return Error{ErrorCode::internal, "the rest failed"};
  });

  EXPECT_FALSE(done);
  EXPECT_EQ(service.show(owner_viewer, id).error().code, ErrorCode::not_found);
  EXPECT_EQ(*queue.depth(), 0U);
  EXPECT_TRUE(service.list(owner_viewer, "", 20)->items.empty());
}

TEST_F(AssetServiceTest, SourceIsFoundByItsHashOnceThatIsKnown) {
  const auto id = create(owner, "");
  EXPECT_EQ(named_sources(), 0U);

  ASSERT_TRUE(transact([&](storage::Transaction& transaction) -> Result<> {
    auto asset = service.find(transaction, id).value();
    if (auto named = service.name_source(transaction, asset, "5a"); !named) return named;
    return service.save(transaction, asset);
  }));

  EXPECT_EQ(service.show(owner_viewer, id)->source_sha256, "5a");
  EXPECT_EQ(named_sources(), 1U);
  ASSERT_TRUE(service.remove(owner_viewer, id));
  EXPECT_EQ(named_sources(), 0U);
}

TEST_F(AssetServiceTest, SourceWithoutAHashGoesWithItsAsset) {
  const auto kept = create(owner, "");
  const auto erased = create(owner, "");
  create(other, "5a");

  ASSERT_TRUE(service.remove(owner_viewer, erased));

  EXPECT_EQ(blobs.list("uploads/", 10)->size(), 2U);
  EXPECT_EQ(named_sources(), 1U);
  EXPECT_TRUE(service.show(owner_viewer, kept));
}

struct Sight {
  const char* name;
  Role role;
  VersionState state;
  bool sees;
};
class AssetSight : public AssetsFixture, public ::testing::WithParamInterface<Sight> {};

TEST_P(AssetSight, FollowsTheLesson) {
  const auto id = create();
  put_lesson(id, GetParam().state);

  const auto shown = service.show(with_role(other, GetParam().role), id);

  EXPECT_EQ(shown.has_value(), GetParam().sees);
  if (!shown) {
    EXPECT_EQ(shown.error().code, ErrorCode::not_found);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Roles, AssetSight,
    ::testing::Values(Sight{"member_draft", Role::member, VersionState::draft, false},
                      Sight{"member_submitted", Role::member, VersionState::in_review, false},
                      Sight{"publisher_submitted", Role::publisher, VersionState::in_review, false},
                      Sight{"reviewer_draft", Role::reviewer, VersionState::draft, false},
                      Sight{"reviewer_submitted", Role::reviewer, VersionState::in_review, true},
                      Sight{"reviewer_approved", Role::reviewer, VersionState::approved, true},
                      Sight{"curator_submitted", Role::curator, VersionState::in_review, true}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_F(AssetServiceTest, ReviewerStillSeesTheLiveVersionsAssetWhileANewOneIsDrafted) {
  const auto live = create();
  const auto drafted = create();
  put_lesson(drafted, VersionState::draft, live);
  const auto reviewer = with_role(other, Role::reviewer);

  EXPECT_TRUE(service.show(reviewer, live));
  EXPECT_FALSE(service.show(reviewer, drafted));
}

TEST_F(AssetServiceTest, AssetWithoutALessonIsItsOwnersAlone) {
  const auto id = create();

  EXPECT_FALSE(service.show(with_role(other, Role::reviewer), id));
  EXPECT_FALSE(service.show(Viewer{}, id));
}

TEST_F(AssetServiceTest, ListPagesThroughOwnAssetsNewestFirst) {
  std::vector<AssetId> made;
  for (int i = 0; i < 5; ++i) {
    made.push_back(create());
    clock.advance(Milliseconds{1});
  }
  create(other);
  std::vector<AssetId> listed;
  std::string cursor;

  for (int page = 0; page < 3; ++page) {
    const auto found = service.list(owner_viewer, cursor, 2);
    ASSERT_TRUE(found);
    for (const auto& asset : found->items) listed.push_back(asset.id);
    cursor = found->next_cursor.value_or("");
  }

  std::reverse(made.begin(), made.end());
  EXPECT_EQ(listed, made);
  EXPECT_EQ(cursor, "") << "the last page says so";
}

TEST_F(AssetServiceTest, TamperedCursorIsRefused) {
  create();
  create();
  auto cursor = *service.list(owner_viewer, "", 1)->next_cursor;
  cursor[3] = cursor[3] == 'A' ? 'B' : 'A';

  for (const std::string& bad : {cursor, std::string("x"), std::string("../..")}) {
    const auto page = service.list(owner_viewer, bad, 1);
    ASSERT_FALSE(page) << bad;
    EXPECT_EQ(page.error().reason, "invalid_cursor");
  }
}

TEST_F(AssetServiceTest, RetryIsForFailedAssetsOfTheOwner) {
  const auto id = create();
  ASSERT_EQ(service.retry(owner_viewer, id).error().reason, "asset_not_failed");
  change(id, [](Asset& asset) {
    asset.state = AssetState::failed;
    asset.cause = AssetCause{"child_crashed", ""};
    asset.attempts = 3;
    asset.percent = 40;
  });
  ASSERT_TRUE(transact(
      [&](storage::Transaction& transaction) { return queue.cancel(transaction, job_of(id)); }));
  const auto listener = bus.subscribe(owner_viewer, std::nullopt, "s");

  EXPECT_EQ(service.retry(with_role(owner, Role::member), id).error().code, ErrorCode::forbidden)
      << "no publisher any more";
  EXPECT_EQ(service.retry(with_role(other, Role::publisher), id).error().code,
            ErrorCode::not_found);
  const auto retried = service.retry(owner_viewer, id);

  ASSERT_TRUE(retried);
  EXPECT_EQ(retried->state, AssetState::queued);
  EXPECT_EQ(retried->attempts, 0U);
  EXPECT_EQ(retried->percent, 40U);
  EXPECT_EQ((*queue.lease())->attempt, 1U);
  EXPECT_THAT(*listener->take(), HasSubstr(R"("state":"queued")"));
}

TEST_F(AssetServiceTest, RemovedAssetFreesItsDiskAndItsQuota) {
  const auto id = create();
  ASSERT_TRUE(blobs.put(blob_name(id, "v360/0.m4s"), bytes_of("segment")));
  ASSERT_TRUE(transact([&](storage::Transaction& transaction) -> Result<> {
    if (auto put = transaction.put(storage::keys::segment(id, "v360", 0), "{}"); !put) return put;
    if (auto put = transaction.put(storage::keys::observation(id, "v360", 0), "{}"); !put) {
      return put;
    }
    return uploads::reserve_bytes(transaction, kRootUnit, 8, 100);
  }));

  ASSERT_TRUE(service.remove(owner_viewer, id));

  EXPECT_TRUE(blobs.list("assets/", 10)->empty());
  EXPECT_TRUE(blobs.list("uploads/", 10)->empty());
  EXPECT_EQ(*queue.depth(), 0U);
  EXPECT_FALSE(service.show(owner_viewer, id));
  EXPECT_TRUE(service.list(owner_viewer, "", 20)->items.empty());
  EXPECT_TRUE(store.read([&](storage::Transaction& transaction) -> Result<> {
    EXPECT_EQ(*uploads::used_bytes(transaction, kRootUnit), 3U);
    EXPECT_TRUE(transaction.scan(storage::keys::assets_erased(), 10)->empty());
    EXPECT_TRUE(transaction.scan(storage::keys::segments_of(id), 10)->empty());
    EXPECT_TRUE(transaction.scan(storage::keys::observations_of(id), 10)->empty());
    return {};
  }));
}

TEST_F(AssetServiceTest, AssetOfALessonOrOfAnotherIsNotRemoved) {
  const auto id = create();

  EXPECT_EQ(service.remove(with_role(other, Role::administrator), id).error().code,
            ErrorCode::not_found);
  put_lesson(id, VersionState::draft);
  const auto removed = service.remove(owner_viewer, id);

  ASSERT_FALSE(removed);
  EXPECT_EQ(removed.error().code, ErrorCode::conflict);
  EXPECT_EQ(removed.error().reason, "asset_in_use");
}

TEST_F(AssetServiceTest, HeldAssetIsSweptWhenItIsLetGo) {
  const auto id = create();
  auto hold = service.hold(id);
  auto second = service.hold(id);
  ASSERT_TRUE(service.remove(owner_viewer, id));
  ASSERT_TRUE(blobs.put(blob_name(id, "v360/0.m4s"), bytes_of("made too late")));

  hold.reset();
  service.sweep();
  EXPECT_FALSE(blobs.list("assets/", 10)->empty());
  second.reset();
  service.sweep();

  EXPECT_TRUE(blobs.list("assets/", 10)->empty());
}

TEST_F(AssetServiceTest, EpochGrows) {
  const auto id = create();

  ASSERT_TRUE(transact([&](storage::Transaction& transaction) -> Result<> {
    const auto raised = service.raise_epoch(transaction, id);
    return raised ? Result<>{} : Result<>(raised.error());
  }));

  EXPECT_EQ(service.show(owner_viewer, id)->epoch, 1U);
}

TEST_F(AssetServiceTest, PlanIsReadOnceAndKept) {
  const auto id = create();
  ASSERT_EQ(service.plan(id).error().code, ErrorCode::not_found);
  media::Plan plan;
  plan.frame_count = 77;
  ASSERT_TRUE(blobs.put(blob_name(id, "plan.json"), bytes_of(nlohmann::json(plan).dump())));

  ASSERT_EQ(service.plan(id)->frame_count, 77);
  ASSERT_TRUE(blobs.erase(blob_name(id, "plan.json")));

  EXPECT_EQ(service.plan(id)->frame_count, 77);
}

TEST_F(AssetServiceTest, DamagedPlanIsAnError) {
  const auto id = create();
  ASSERT_TRUE(blobs.put(blob_name(id, "plan.json"), bytes_of("{\"frame")));

  EXPECT_EQ(service.plan(id).error().code, ErrorCode::corrupt);
}

}  // namespace
}  // namespace weike::assets
