#include "api/pages/static_site.hpp"

#include "api/http/router.hpp"
#include "api/pages/page_routes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <utility>

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
    const auto response = site.answer({path});
    ASSERT_TRUE(response) << path;
    EXPECT_EQ(body_of(*response), "<html>h5</html>") << path;
  }
  for (const char* path : {"/console", "/console/", "/console/review/7"}) {
    EXPECT_EQ(body_of(*site.answer({path})), "<html>console</html>") << path;
  }
}

TEST_F(StaticSiteTest, MissingFilesAndTheApiAreNoPages) {
  const StaticSite site(root_);

  for (const char* path : {"/assets/gone-2.js", "/favicon.ico", "/api/v1/nothing", "/media/x/y"}) {
    EXPECT_FALSE(site.answer({path})) << path;
  }
}

TEST_F(StaticSiteTest, HashedFilesAreImmutableAndIndexIsAskedForEachTime) {
  const StaticSite site(root_);

  const auto script = site.answer({"/assets/index-1.js"});
  const auto index = site.answer({"/"});

  EXPECT_THAT(script->headers.get("Cache-Control"), Optional(HasSubstr("immutable")));
  EXPECT_EQ(script->headers.get("Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(index->headers.get("Cache-Control"), "no-cache");
  const auto tag = std::string(*index->headers.get("ETag"));
  EXPECT_EQ(site.answer({"/", "", http::Method::get, {.if_none_match = tag}})->status, 304);
  EXPECT_EQ(site.answer({"/", "", http::Method::get, {.if_match = "\"x\""}})->status, 412);
}

TEST_F(StaticSiteTest, PagesForbidInlineScriptsFramesAndSniffing) {
  const StaticSite site(root_);

  const auto index = site.answer({"/"});

  const auto policy = index->headers.get("Content-Security-Policy");
  EXPECT_THAT(policy, Optional(HasSubstr("script-src 'self';")));
  EXPECT_THAT(policy, Optional(HasSubstr("frame-ancestors 'none'")));
  EXPECT_EQ(index->headers.get("X-Content-Type-Options"), "nosniff");
}

TEST_F(StaticSiteTest, PackedFormsAreSentOnlyToThoseWhoTakeThem) {
  const StaticSite site(root_);
  const std::pair<std::string_view, std::optional<std::string_view>> rows[] = {
      {"", std::nullopt},
      {"gzip;q=0", std::nullopt},
      {"br", "br"},
      {"gzip", "gzip"},
      {"br;q=0.5, gzip", "gzip"},
      {"gzip, deflate, br", "br"},
      {"identity", std::nullopt},
      {"*", "br"},
  };
  for (const auto& [accepted, coding] : rows) {
    const auto response = site.answer({"/assets/index-1.js", accepted});

    EXPECT_EQ(response->headers.get("Content-Encoding"), coding) << accepted;
    EXPECT_EQ(response->headers.get("Vary"), "Accept-Encoding") << accepted;
    EXPECT_EQ(body_of(*response).size() < 200, coding.has_value()) << accepted;
  }
}

TEST_F(StaticSiteTest, TheHotLaneLeavesPackingToOthersAndAnswersOnceItIsDone) {
  StaticSite site(root_);
  const PageRequest request{"/assets/index-1.js", "br"};
  EXPECT_TRUE(site.answer_from_memory({"/assets/index-1.js"}));
  ASSERT_FALSE(site.answer_from_memory(request));

  site.tend();

  const auto hot = site.answer_from_memory(request);
  ASSERT_TRUE(hot);
  EXPECT_EQ(hot->headers.fields(), site.answer(request)->headers.fields());
  EXPECT_EQ(hot->headers.get("Content-Encoding"), "br");
}

TEST_F(StaticSiteTest, PackedAndPlainBytesHaveTagsOfTheirOwn) {
  const StaticSite site(root_);

  const auto plain = site.answer({"/assets/index-1.js"});
  const auto packed = site.answer({"/assets/index-1.js", "gzip"});

  const auto plain_tag = *plain->headers.get("ETag");
  EXPECT_NE(plain_tag, *packed->headers.get("ETag"));
  const http::Conditions known{.if_none_match = plain_tag};
  EXPECT_EQ(site.answer({"/assets/index-1.js", "", http::Method::get, known})->status, 304);
  EXPECT_EQ(site.answer({"/assets/index-1.js", "gzip", http::Method::get, known})->status, 200);
}

TEST_F(StaticSiteTest, ADateOfLastChangeIsSentOnceItsSecondIsOver) {
  write("h5/old.txt", "abc");
  fs::last_write_time(root_ / "h5/old.txt",
                      fs::file_time_type::clock::now() - std::chrono::hours{1});
  write("h5/new.txt", "abc");
  fs::last_write_time(root_ / "h5/new.txt",
                      fs::file_time_type::clock::now() + std::chrono::hours{1});
  const StaticSite site(root_);

  const auto old = site.answer({"/old.txt"});

  EXPECT_FALSE(site.answer({"/new.txt"})->headers.get("Last-Modified"));
  const auto date = old->headers.get("Last-Modified");
  ASSERT_TRUE(date);
  using http::Method;
  EXPECT_EQ(site.answer({"/old.txt", "", Method::get, {.if_modified_since = *date}})->status, 304);
  EXPECT_EQ(site.answer({"/old.txt", "", Method::get, {.if_unmodified_since = *date}})->status,
            200);
  const http::Conditions part{.if_range = *date, .range = "bytes=0-1"};
  EXPECT_EQ(site.answer({"/old.txt", "", Method::get, part})->status, 206);
}

TEST_F(StaticSiteTest, RangesGetTheirPart) {
  write("h5/letters.txt", "abcdefghij" + std::string(2000, 'z'));
  const StaticSite site(root_);
  const auto get = [&](std::string_view range) {
    return *site.answer({"/letters.txt", "", http::Method::get, {.range = range}});
  };

  const auto part = get("bytes=2-4");
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(body_of(part), "cde");
  EXPECT_EQ(part.headers.get("Content-Range"), "bytes 2-4/2010");
  EXPECT_EQ(part.headers.get("Content-Encoding"), std::nullopt);
  EXPECT_EQ(get("bytes=9999-").status, 416);
  EXPECT_TRUE(std::holds_alternative<std::shared_ptr<http::PartsBody>>(get("bytes=0-1,5-6").body));
  const auto head = site.answer({"/letters.txt", "", http::Method::head, {.range = "bytes=2-4"}});
  EXPECT_EQ(head->status, 200) << "a range is for GET alone";
}

TEST_F(StaticSiteTest, ChangedFilesAreLoadedAgain) {
  StaticSite site(root_);
  write("h5/index.html", "<html>a newer page</html>");

  site.tend();

  EXPECT_EQ(body_of(*site.answer({"/"})), "<html>a newer page</html>");
}

TEST_F(StaticSiteTest, AbsentFolderMakesNoPages) {
  const StaticSite site(root_ / "nowhere");

  EXPECT_FALSE(site.has_pages());
  EXPECT_FALSE(site.answer({"/"}));
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
