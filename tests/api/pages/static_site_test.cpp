#include "api/pages/static_site.hpp"

#include "api/http/router.hpp"
#include "api/pages/page_routes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace weike::pages {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Optional;

class StaticSiteTest : public testing::Test {
 protected:
  StaticSiteTest() {
    root_ = fs::temp_directory_path() / ("weike-site-" + std::to_string(::getpid()));
    fs::remove_all(root_);
    write("h5/index.html", "<html>h5</html>");
    write("h5/assets/index-1.js", std::string(2000, 'j'));
    write("console/index.html", "<html>console</html>");
  }
  ~StaticSiteTest() override { fs::remove_all(root_); }

  void write(const std::string& name, const std::string& bytes) {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name, std::ios::binary) << bytes;
  }
  static std::string body_of(const http::Response& response) {
    const auto* bytes = std::get_if<http::SharedBytes>(&response.body);
    return bytes != nullptr && *bytes ? **bytes : "";
  }

  fs::path root_;
};

TEST_F(StaticSiteTest, PathsOfAnApplicationGetItsIndex) {
  const StaticSite site(root_);

  for (const char* path : {"/", "/index.html", "/lessons/7", "/account"}) {
    const auto response = site.answer({path, "", ""});
    ASSERT_TRUE(response) << path;
    EXPECT_EQ(body_of(*response), "<html>h5</html>") << path;
  }
  for (const char* path : {"/console", "/console/", "/console/review/7"}) {
    EXPECT_EQ(body_of(*site.answer({path, "", ""})), "<html>console</html>") << path;
  }
}

TEST_F(StaticSiteTest, MissingFilesAndTheApiAreNoPages) {
  const StaticSite site(root_);

  for (const char* path : {"/assets/gone-2.js", "/favicon.ico", "/api/v1/nothing", "/media/x/y"}) {
    EXPECT_FALSE(site.answer({path, "", ""})) << path;
  }
}

TEST_F(StaticSiteTest, HashedFilesAreImmutableAndIndexIsAskedForEachTime) {
  const StaticSite site(root_);

  const auto script = site.answer({"/assets/index-1.js", "", ""});
  const auto index = site.answer({"/", "", ""});

  EXPECT_THAT(script->headers.get("Cache-Control"), Optional(HasSubstr("immutable")));
  EXPECT_EQ(script->headers.get("Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(index->headers.get("Cache-Control"), "no-cache");
  const auto tag = std::string(*index->headers.get("ETag"));
  EXPECT_EQ(site.answer({"/", tag, ""})->status, 304);
}

TEST_F(StaticSiteTest, PagesForbidInlineScriptsFramesAndSniffing) {
  const StaticSite site(root_);

  const auto index = site.answer({"/", "", ""});

  const auto policy = index->headers.get("Content-Security-Policy");
  EXPECT_THAT(policy, Optional(HasSubstr("script-src 'self';")));
  EXPECT_THAT(policy, Optional(HasSubstr("frame-ancestors 'none'")));
  EXPECT_EQ(index->headers.get("X-Content-Type-Options"), "nosniff");
}

TEST_F(StaticSiteTest, GzipIsSentOnlyToThoseWhoTakeIt) {
  const StaticSite site(root_);

  const auto plain = site.answer({"/assets/index-1.js", "", "br"});
  const auto refused = site.answer({"/assets/index-1.js", "", "gzip;q=0"});
  const auto packed = site.answer({"/assets/index-1.js", "", "br, gzip;q=0.8"});

  EXPECT_EQ(body_of(*plain).size(), 2000U);
  EXPECT_EQ(body_of(*refused).size(), 2000U);
  EXPECT_EQ(packed->headers.get("Content-Encoding"), "gzip");
  EXPECT_LT(body_of(*packed).size(), 200U);
}

TEST_F(StaticSiteTest, ChangedFilesAreLoadedAgain) {
  StaticSite site(root_);
  write("h5/index.html", "<html>a newer page</html>");

  site.reload_if_changed();

  EXPECT_EQ(body_of(*site.answer({"/", "", ""})), "<html>a newer page</html>");
}

TEST_F(StaticSiteTest, AbsentFolderMakesNoPages) {
  const StaticSite site(root_ / "nowhere");

  EXPECT_FALSE(site.has_pages());
  EXPECT_FALSE(site.answer({"/", "", ""}));
}

TEST_F(StaticSiteTest, UnknownApiPathsAreNotFoundForEveryMethod) {
  const StaticSite site(root_);
  http::Router router;
  add_routes(router, site);

  const auto match = router.find(http::Method::post, "/api/v1/nothing");

  ASSERT_NE(match.route, nullptr);
  http::Request request;
  EXPECT_EQ(match.route->handler(request).status, 404);
}

}  // namespace
}  // namespace weike::pages
