#include "api/assets/asset_routes.hpp"

#include "tests/api/assets/assets_fixture.hpp"

namespace weike::assets {
namespace {

class AssetRoutesTest : public AssetsFixture {
 protected:
  AssetRoutesTest() {
    add_routes(router, service,
               [](const Asset& asset, const Viewer& viewer, std::string_view file) {
                 return "/media/" + asset.id.text() + "/for-" +
                        viewer.account->text().substr(0, 4) + "/" + std::string(file);
               });
  }

  http::Response call(http::Method method, const std::string& path, http::Request request = {}) {
    request.viewer = request.viewer.account ? request.viewer : owner_viewer;
    const auto match = router.find(method, path);
    if (match.route == nullptr) return {.status = 404, .headers = {}, .body = {}};
    EXPECT_EQ(match.route->gate, http::Gate::signed_in);
    for (const auto& [name, value] : match.parameters) request.parameters[name] = value;
    return match.route->handler(request);
  }
  http::Response get(const std::string& path) { return call(http::Method::get, path); }

  static nlohmann::json body_of(const http::Response& response) {
    return nlohmann::json::parse(std::get<std::string>(response.body));
  }
  static std::string path_of(AssetId id) { return "/api/v1/assets/" + id.text(); }

  http::Router router;
};

TEST_F(AssetRoutesTest, AssetHasAllFieldsOfTheContract) {
  const auto id = create();

  const auto response = get(path_of(id));

  ASSERT_EQ(response.status, 200);
  const auto json = body_of(response);
  for (const char* field : {"id",
                            "state",
                            "stage",
                            "percent",
                            "playable",
                            "publishable",
                            "cause",
                            "hls_url",
                            "poster_url",
                            "poster_small_url",
                            "storyboard_url",
                            "covers",
                            "duration_ms",
                            "width",
                            "height",
                            "has_audio",
                            "queue_place",
                            "forecast_ms",
                            "file_name",
                            "size_bytes",
                            "trim",
                            "renditions",
                            "verdict",
                            "captions",
                            "findings",
                            "attempts",
                            "created_at",
                            "updated_at"}) {
    EXPECT_TRUE(json.contains(field)) << field;
  }
  EXPECT_EQ(json.size(), 28U);
  EXPECT_EQ(json.at("state"), "queued");
  EXPECT_EQ(json.at("queue_place"), 0);
  EXPECT_TRUE(json.at("hls_url").is_null());
  EXPECT_TRUE(json.at("cause").is_null());
}

// Says what it was told to.
class FixedForecaster final : public Forecaster {
 public:
  std::optional<Milliseconds> until_ready(const Asset& asset,
                                          std::optional<std::size_t> queue_place) const override {
    if (asset.state == AssetState::ready) return std::nullopt;
    return std::chrono::seconds{60 + 10 * queue_place.value_or(0)};
  }
};

TEST_F(AssetRoutesTest, ForecastIsShownUntilTheAssetIsReady) {
  create();
  const auto second = create();
  EXPECT_TRUE(body_of(get(path_of(second))).at("forecast_ms").is_null()) << "nobody forecasts";
  const FixedForecaster forecaster;
  service.set_forecaster(&forecaster);

  EXPECT_EQ(body_of(get(path_of(second))).at("forecast_ms"), 70'000);
  change(second, [](Asset& asset) { asset.state = AssetState::ready; });
  EXPECT_TRUE(body_of(get(path_of(second))).at("forecast_ms").is_null());
}

TEST_F(AssetRoutesTest, FindingsSpeakTheLanguageOfTheRequest) {
  const auto id = create();
  change(id, [](Asset& asset) {
    asset.verdict = {{"warnings", {"no_audio"}},
                     {"content", {{"black", {{{"from_ms", 0}, {"to_ms", 2000}}}}}}};
  });
  http::Request english;
  english.headers.add("Accept-Language", "en");

  const auto zh = body_of(get(path_of(id))).at("findings");
  const auto en = body_of(call(http::Method::get, path_of(id), english)).at("findings");

  ASSERT_EQ(zh.size(), 2U);
  EXPECT_EQ(zh[0].at("title"), "没有声音");
  EXPECT_EQ(en[0].at("title"), "There is no sound");
  EXPECT_EQ(en[1].at("code"), "black");
  EXPECT_EQ(en[1].at("spans")[0].at("to_ms"), 2000);
}

TEST_F(AssetRoutesTest, UrlsComeAsSoonAsThereIsSomething) {
  const auto id = create();
  change(id, [](Asset& asset) { asset.is_playable = true; });
  const auto playable = body_of(get(path_of(id)));
  change(id, [](Asset& asset) { asset.state = AssetState::ready; });
  const auto ready = body_of(get(path_of(id)));

  EXPECT_TRUE(playable.at("hls_url").get<std::string>().ends_with("/master.m3u8"));
  EXPECT_TRUE(playable.at("poster_url").is_null());
  EXPECT_TRUE(ready.at("poster_url").get<std::string>().ends_with("/poster.jpg"));
  EXPECT_TRUE(ready.at("poster_small_url").get<std::string>().ends_with("/poster_small.jpg"));
}

TEST_F(AssetRoutesTest, CauseSpeaksTheLanguageOfTheRequest) {
  const auto id = create();
  change(id, [](Asset& asset) {
    asset.state = AssetState::rejected;
    asset.cause = AssetCause{"no_video", "stream 0 is sound"};
  });
  http::Request english;
  english.headers.add("Accept-Language", "en");

  const auto zh = body_of(get(path_of(id))).at("cause");
  const auto en = body_of(call(http::Method::get, path_of(id), english)).at("cause");

  EXPECT_EQ(zh.at("title"), "文件里没有画面");
  EXPECT_EQ(en.at("title"), "There is no picture in the file");
  EXPECT_EQ(en.at("code"), "no_video");
  EXPECT_EQ(en.size(), 3U) << "the detail is for the log";
}

TEST_F(AssetRoutesTest, WhatIsNoIdOrAnotherIsNotFound) {
  const auto foreign = create(other);

  for (const auto& path : {std::string("/api/v1/assets/nonsense"), path_of(foreign),
                           path_of(AssetId::make_random())}) {
    EXPECT_EQ(get(path).status, 404) << path;
    EXPECT_EQ(call(http::Method::del, path).status, 404) << path;
    EXPECT_EQ(call(http::Method::post, path + "/retry").status, 404) << path;
  }
}

TEST_F(AssetRoutesTest, ListIsAPage) {
  create();
  create();
  http::Request request;
  request.query = {{"limit", "1"}};

  const auto first = body_of(call(http::Method::get, "/api/v1/assets", request));
  request.query.emplace_back("cursor", first.at("next_cursor").get<std::string>());
  const auto second = body_of(call(http::Method::get, "/api/v1/assets", request));

  EXPECT_EQ(first.at("items").size(), 1U);
  EXPECT_EQ(second.at("items").size(), 1U);
  EXPECT_TRUE(second.at("next_cursor").is_null());
}

TEST_F(AssetRoutesTest, BadLimitAndCursorAreInvalid) {
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, std::string>>{{"limit", "0"},
                                                        {"limit", "51"},
                                                        {"limit", "-1"},
                                                        {"limit", "x"},
                                                        {"limit", "1x"},
                                                        {"cursor", "tampered"}}) {
    http::Request request;
    request.query = {{name, value}};

    EXPECT_EQ(call(http::Method::get, "/api/v1/assets", request).status, 400) << name << value;
  }
}

TEST_F(AssetRoutesTest, RetryTakesNoFieldsAndNeedsAFailure) {
  const auto id = create();
  http::Request with_field;
  with_field.headers.add("Content-Type", "application/json");
  with_field.body = R"({"force":true})";

  EXPECT_EQ(call(http::Method::post, path_of(id) + "/retry", with_field).status, 400);
  EXPECT_EQ(call(http::Method::post, path_of(id) + "/retry").status, 409);
  change(id, [](Asset& asset) { asset.state = AssetState::failed; });
  EXPECT_EQ(call(http::Method::post, path_of(id) + "/retry").status, 200);
}

TEST_F(AssetRoutesTest, DeleteAnswersNoContentThenNotFound) {
  const auto id = create();

  EXPECT_EQ(call(http::Method::del, path_of(id)).status, 204);
  EXPECT_EQ(call(http::Method::del, path_of(id)).status, 404);
}

}  // namespace
}  // namespace weike::assets
