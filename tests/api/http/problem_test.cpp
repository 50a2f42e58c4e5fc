#include "api/http/problem.hpp"

#include "api/http/messages.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace weike::http {
namespace {

constexpr ErrorCode kAllCodes[] = {ErrorCode::not_found,
                                   ErrorCode::invalid_argument,
                                   ErrorCode::conflict,
                                   ErrorCode::unauthorized,
                                   ErrorCode::forbidden,
                                   ErrorCode::too_large,
                                   ErrorCode::unavailable,
                                   ErrorCode::deadline_exceeded,
                                   ErrorCode::locked,
                                   ErrorCode::rate_limited,
                                   ErrorCode::precondition_failed,
                                   ErrorCode::unsupported_type,
                                   ErrorCode::checksum_mismatch,
                                   ErrorCode::gone,
                                   ErrorCode::out_of_space,
                                   ErrorCode::corrupt,
                                   ErrorCode::internal,
                                   ErrorCode::rejected};

nlohmann::json body_of(const Response& response) {
  return nlohmann::json::parse(std::get<std::string>(response.body));
}

TEST(Problem, SpeaksBothLanguages) {
  const Error error{ErrorCode::invalid_argument, "for the log", "missing_field", "title"};
  Request request;
  request.request_id = "r1";

  const auto zh = problem(error, request);
  request.headers.add("Accept-Language", "en");
  const auto en = problem(error, request);

  EXPECT_EQ(zh.status, 400);
  EXPECT_EQ(zh.headers.get("Content-Type"), "application/problem+json; charset=utf-8");
  const nlohmann::json expected = {{"type", "urn:weike:problem:missing_field"},
                                   {"title", "缺少字段"},
                                   {"status", 400},
                                   {"code", "missing_field"},
                                   {"detail", "请求中缺少字段“title”。"},
                                   {"field", "title"},
                                   {"request_id", "r1"}};
  EXPECT_EQ(body_of(zh), expected);
  EXPECT_EQ(body_of(en)["detail"], "The request lacks the field “title”.");
}

TEST(Problem, SaysNothingAboutTheInside) {
  for (const auto code : {ErrorCode::internal, ErrorCode::corrupt}) {
    const auto response = problem({code, "/var/secret", "secret_reason", "secret"}, Request{});
    EXPECT_EQ(response.status, 500);
    EXPECT_EQ(std::get<std::string>(response.body).find("secret"), std::string::npos);
    EXPECT_EQ(body_of(response)["code"], "internal");
  }
}

TEST(Problem, FallsBackToTheCodeForAWordWithoutMessage) {
  const auto body = body_of(problem({ErrorCode::conflict, "", "brand_new_word"}, Request{}));
  EXPECT_EQ(body["code"], "brand_new_word");
  EXPECT_EQ(body["title"], find_message("conflict")->zh_title);
}

TEST(Problem, EveryCodeHasAMessageAndAnErrorStatus) {
  for (const auto code : kAllCodes) {
    EXPECT_NE(find_message(name_of(code)), nullptr) << name_of(code);
    EXPECT_GE(status_of(code), 400) << name_of(code);
  }
}

TEST(Problem, AsksForCredentials) {
  EXPECT_TRUE(problem({ErrorCode::unauthorized, ""}, Request{}).headers.get("WWW-Authenticate"));
}

}  // namespace
}  // namespace weike::http
