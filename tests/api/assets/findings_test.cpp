#include "api/assets/findings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace weike::assets {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// With captions, which are no part of the sheet.
Asset asset_with(nlohmann::json verdict) {
  Asset asset;
  asset.verdict = std::move(verdict);
  asset.has_audio = true;
  asset.captions = {{"0123456789ab", "zh-CN", "中文", 2}};
  return asset;
}

std::vector<std::string> codes_of(const nlohmann::json& verdict) {
  std::vector<std::string> codes;
  for (const auto& finding : findings_of(asset_with(verdict), http::Language::zh)) {
    codes.push_back(finding.at("code"));
  }
  return codes;
}

nlohmann::json content_of(std::string_view text) {
  return {{"content", nlohmann::json::parse(text)}};
}

TEST(Findings, EachHasATitleAndAHintInBothLanguages) {
  std::set<std::string_view> codes;
  bool is_among_infos = false;
  for (const auto& finding : all_findings()) {
    EXPECT_TRUE(codes.insert(finding.code).second) << finding.code << " twice";
    for (const auto& text : {finding.zh, finding.en}) {
      EXPECT_FALSE(text.title.empty()) << finding.code;
      EXPECT_FALSE(text.hint.empty()) << finding.code;
    }
    EXPECT_NE(finding.zh.title, finding.en.title);
    EXPECT_FALSE(is_among_infos && finding.severity == Severity::warning) << finding.code;
    is_among_infos |= finding.severity == Severity::info;
  }
}

TEST(Findings, NoSheetOrAnOddOneTellsNothing) {
  for (const char* verdict : {"null", "{}", "[]", "7", R"({"warnings":7,"content":[1]})",
                              R"({"warnings":[1,null,"no such word"],"content":{"black":3}})",
                              R"({"content":{"sound":7,"borders":null,"damaged_frames":"x"}})"}) {
    EXPECT_THAT(findings_of(asset_with(nlohmann::json::parse(verdict)), http::Language::en),
                IsEmpty())
        << verdict;
  }
}

TEST(Findings, WordsOfTheProbeGetTexts) {
  const nlohmann::json verdict = {{"warnings", {"short_lesson", "no_audio"}}, {"content", nullptr}};

  EXPECT_THAT(codes_of(verdict), ElementsAre("no_audio", "short_lesson")) << "in their order";
  const auto english = findings_of(asset_with(verdict), http::Language::en).at(0);
  EXPECT_EQ(english.at("title"), "There is no sound");
  EXPECT_EQ(english.at("severity"), "warning");
  EXPECT_THAT(english.at("spans"), IsEmpty());
  EXPECT_EQ(findings_of(asset_with(verdict), http::Language::en).at(1).at("severity"), "warning")
      << "below 15 s";
}

TEST(Findings, CaptionsAreMissedWhereSomebodyMaySpeak) {
  auto asset = asset_with({{"warnings", nlohmann::json::array()}});
  asset.captions.clear();

  const auto missed = findings_of(asset, http::Language::zh);
  ASSERT_EQ(missed.size(), 1U);
  EXPECT_EQ(missed[0].at("code"), "no_captions");
  EXPECT_EQ(missed[0].at("severity"), "info");

  auto silent = asset;
  silent.verdict = {{"warnings", {"silent_audio"}}};
  EXPECT_EQ(findings_of(silent, http::Language::zh).size(), 1U) << "that it is silent";
  asset.has_audio = false;
  EXPECT_THAT(findings_of(asset, http::Language::zh), IsEmpty());
}

TEST(Findings, NothingIsMissedBeforeTheProbe) {
  auto asset = asset_with(nullptr);
  asset.captions.clear();

  EXPECT_THAT(findings_of(asset, http::Language::zh), IsEmpty());
}

TEST(Findings, SpansComeAlong) {
  const auto findings =
      findings_of(asset_with(content_of(R"({"black":[{"from_ms":0,"to_ms":1500}],"frozen":[],
                                 "sound":{"silent":[{"from_ms":4000,"to_ms":9000}]}})")),
                  http::Language::zh);

  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[0].at("code"), "silent");
  EXPECT_EQ(findings[0].at("spans"), nlohmann::json::parse(R"([{"from_ms":4000,"to_ms":9000}])"));
  EXPECT_EQ(findings[1].at("title"), "有黑屏");
}

TEST(Findings, Rows) {
  struct Row {
    const char* content;
    std::vector<std::string> codes;
  };
  const std::vector<Row> rows{
      {R"({"borders":{"left_per_mille":0,"top_per_mille":120}})", {"borders"}},
      {R"({"damaged_frames":1})", {"damaged_frames"}},
      {R"({"damaged_frames":0})", {}},
      {R"({"planned_ms":10000,"duration_ms":9000})", {}},
      {R"({"planned_ms":10000,"duration_ms":8999})", {"ends_early"}},
      {R"({"sound":{"loudness_lufs":-21.1}})", {"too_quiet"}},
      {R"({"sound":{"loudness_lufs":-16.0}})", {}},
      {R"({"sound":{"loudness_lufs":null}})", {}},
  };
  for (const auto& row : rows)
    EXPECT_EQ(codes_of(content_of(row.content)), row.codes) << row.content;
}

TEST(Findings, SilenceThroughoutIsOneFinding) {
  auto verdict = content_of(R"({"sound":{"silent":[{"from_ms":0,"to_ms":60000}]}})");
  verdict["warnings"] = {"silent_audio"};

  EXPECT_THAT(codes_of(verdict), ElementsAre("silent_audio"));
}

}  // namespace
}  // namespace weike::assets
