#include "tests/server/jobs/jobs_fixture.hpp"

namespace weike::server {
namespace {

class TrimmedAsset : public JobsFixture {
 protected:
  Asset cut(const AssetTrim& trim) {
    const auto made = assets.trim(owner_viewer(), asset, trim);
    EXPECT_TRUE(made) << made.error().message;
    return made ? *made : Asset{};
  }
  std::vector<media::Trim> probed_parts() const {
    std::vector<media::Trim> parts;
    for (const auto& task : worker.tasks()) {
      if (const auto* probe = std::get_if<media::ProbeTask>(&task)) parts.push_back(probe->trim);
    }
    return parts;
  }
};

TEST_F(TrimmedAsset, IsProbedWithItsPoints) {
  work();

  const auto part = cut({1'000, 5'000});
  work();

  EXPECT_THAT(probed_parts(), ::testing::ElementsAre(media::Trim{}, media::Trim{1'000, 5'000}));
  EXPECT_EQ(find(part.id).state, AssetState::ready);
}

TEST_F(TrimmedAsset, BecomesReadyWithoutTheAssetItWasCutFrom) {
  work();
  const auto part = cut({1'000, 5'000});
  ASSERT_TRUE(assets.remove(owner_viewer(), asset));

  work();

  EXPECT_EQ(find(part.id).state, AssetState::ready) << "its source is still there";
}

}  // namespace
}  // namespace weike::server
