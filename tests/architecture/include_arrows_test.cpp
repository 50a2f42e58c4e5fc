#include "tests/architecture/include_graph.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weike::architecture {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST(IncludeArrows, PointDownOnlyInThisRepository) {
  const auto graph = read_graph(WEIKE_SOURCE_DIR);

  EXPECT_GT(graph.size(), 20U);
  EXPECT_THAT(violations(graph), IsEmpty());
}

TEST(IncludeArrows, AllowEachRoomTheRoomsBelow) {
  const Graph graph{
      {"server/app/app.cpp", {{"api/feed/feed.hpp", "storage/kv/kv.hpp"}, {"boost/asio.hpp"}}},
      {"api/feed/feed.hpp", {{"media/plan/plan.hpp", "model/id.hpp"}, {"string"}}},
      {"storage/kv/kv.cpp", {{"storage/kv/kv.hpp"}, {"rocksdb/db.h"}}},
  };

  EXPECT_THAT(violations(graph), IsEmpty());
}

TEST(IncludeArrows, NameTheArrowThatPointsUpOrAcross) {
  const Graph graph{
      {"model/id.hpp", {{"storage/kv/kv.hpp"}, {}}},
      {"storage/kv/kv.hpp", {{"media/task.hpp"}, {}}},
  };

  EXPECT_THAT(violations(graph), ElementsAre(HasSubstr("no arrow from model to storage"),
                                             HasSubstr("no arrow from storage to media")));
}

TEST(IncludeArrows, KeepTheNetworkOutOfTheApiEvenByWayOfAHeader) {
  const Graph graph{
      {"api/feed/feed.cpp", {{"api/feed/feed.hpp"}, {}}},
      {"api/feed/feed.hpp", {{}, {"boost/asio/post.hpp"}}},
  };

  EXPECT_THAT(violations(graph), SizeIs(2));
}

TEST(IncludeArrows, KeepEngineHeadersInTheirRoom) {
  const Graph graph{
      {"api/assets/asset.cpp", {{"media/av/frame.hpp"}, {}}},
      {"media/av/frame.hpp", {{}, {"libavutil/frame.h"}}},
  };

  EXPECT_THAT(violations(graph),
              ElementsAre(HasSubstr("api/assets/asset.cpp sees <libavutil/frame.h> by way of")));
}

}  // namespace
}  // namespace weike::architecture
