#include "api/http/router.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weike::http {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

Route route(Method method, std::string pattern) {
  Route route;
  route.method = method;
  route.pattern = std::move(pattern);
  route.handler = [](Request&) { return Response{}; };
  return route;
}

Router sample() {
  Router router;
  router.add(route(Method::get, "/api/v1/lessons"));
  router.add(route(Method::post, "/api/v1/lessons"));
  router.add(route(Method::get, "/api/v1/lessons/{id}"));
  router.add(route(Method::post, "/api/v1/lessons/{id}/submit"));
  router.add(route(Method::del, "/api/v1/sessions/current"));
  router.add(route(Method::get, "/api/v1/sessions/{id}"));
  router.add(route(Method::get, "/media/{asset}/{token}/{file*}"));
  router.add(route(Method::get, "/{page*}"));
  return router;
}

struct Hit {
  Method method;
  std::string path;
  std::string pattern;  // Empty: none.
};

class RouterTable : public ::testing::TestWithParam<Hit> {};

TEST_P(RouterTable, FindsTheMostExactPattern) {
  const auto router = sample();
  const auto& [method, path, pattern] = GetParam();

  const auto match = router.find(method, path);

  EXPECT_EQ(match.route ? match.route->pattern : "", pattern) << name_of(method) << ' ' << path;
}

INSTANTIATE_TEST_SUITE_P(
    Paths, RouterTable,
    ::testing::Values(Hit{Method::get, "/api/v1/lessons", "/api/v1/lessons"},
                      Hit{Method::head, "/api/v1/lessons", "/api/v1/lessons"},
                      Hit{Method::get, "/api/v1/lessons/17", "/api/v1/lessons/{id}"},
                      Hit{Method::post, "/api/v1/lessons/17/submit", "/api/v1/lessons/{id}/submit"},
                      Hit{Method::post, "/api/v1/lessons/17", ""},
                      Hit{Method::get, "/api/v1/lessons/17/submit", ""},
                      Hit{Method::del, "/api/v1/sessions/current", "/api/v1/sessions/current"},
                      Hit{Method::get, "/api/v1/sessions/current", "/api/v1/sessions/{id}"},
                      Hit{Method::get, "/api/v1/lessons/", "/{page*}"},
                      Hit{Method::get, "/media/a/t/v360/0.m4s", "/media/{asset}/{token}/{file*}"},
                      Hit{Method::get, "/media/a", "/{page*}"}, Hit{Method::get, "/", "/{page*}"},
                      Hit{Method::get, "", ""}, Hit{Method::get, "api", ""},
                      Hit{Method::post, "/elsewhere", ""}));

TEST(Router, GivesParametersByName) {
  const auto router = sample();

  const auto match = router.find(Method::get, "/media/a1/t2/v360/0.m4s");

  EXPECT_THAT(match.parameters,
              ElementsAre(Pair("asset", "a1"), Pair("token", "t2"), Pair("file", "v360/0.m4s")));
}

TEST(Router, NamesTheMethodsAPathHas) {
  const auto router = sample();

  EXPECT_THAT(router.find(Method::patch, "/api/v1/lessons").allowed,
              ElementsAre(Method::get, Method::head, Method::post));
  EXPECT_THAT(router.find(Method::get, "/api/v1/lessons/1/submit").allowed,
              ElementsAre(Method::post));
}

TEST(Router, KnowsNothingOfOtherPaths) {
  Router router;
  router.add(route(Method::get, "/a/{id}"));

  EXPECT_EQ(router.find(Method::get, "/b").route, nullptr);
  EXPECT_THAT(router.find(Method::get, "/b").allowed, IsEmpty());
  EXPECT_EQ(router.find(Method::get, "/a/").route, nullptr);
}

TEST(Router, LeavesPathsThatNeedDecodingToTheSlowLane) {
  Router router;
  auto hot = route(Method::get, "/media/{file*}");
  hot.hot = [](const RequestHead&) { return std::optional<Response>{}; };
  router.add(std::move(hot));

  EXPECT_NE(router.find_hot(Method::get, "/media/0.m4s"), nullptr);
  EXPECT_NE(router.find_hot(Method::head, "/media/a.b/..c/0.m4s"), nullptr);
  for (const auto* path :
       {"/media/%2e%2e/x", "/media/../x", "/media/.", "/media/a/..", "/media/a\\b", "/other", ""}) {
    EXPECT_EQ(router.find_hot(Method::get, path), nullptr) << path;
  }
}

}  // namespace
}  // namespace weike::http
