#include "api/assets/causes.hpp"

#include <gtest/gtest.h>

#include <set>

namespace weike::assets {
namespace {

TEST(Causes, EachHasATitleAndAWayOutInBothLanguages) {
  std::set<std::string_view> codes;
  for (const auto& cause : all_causes()) {
    EXPECT_TRUE(codes.insert(cause.code).second) << cause.code << " twice";
    for (const auto& text : {cause.zh, cause.en}) {
      EXPECT_FALSE(text.title.empty()) << cause.code;
      EXPECT_FALSE(text.hint.empty()) << cause.code;
    }
    EXPECT_NE(cause.zh.title, cause.en.title);
  }
}

TEST(Causes, InputAtFaultIsFinalAndWeAreNot) {
  for (const char* code : {"unsupported_container", "unsupported_codec", "no_video",
                           "incomplete_file", "damaged", "frame_too_large", "too_short", "too_long",
                           "too_many_streams", "encrypted", "bad_aspect"}) {
    EXPECT_EQ(cause_of(code).code, code);
    EXPECT_TRUE(cause_of(code).is_final) << code;
  }
  for (const char* code :
       {"child_crashed", "child_timeout", "child_memory", "out_of_space", "internal"}) {
    EXPECT_EQ(cause_of(code).code, code);
    EXPECT_FALSE(cause_of(code).is_final) << code;
  }
}

TEST(Causes, UnknownCodeIsInternal) {
  EXPECT_EQ(cause_of("no such word").code, "internal");
  EXPECT_EQ(cause_of("").code, "internal");
}

}  // namespace
}  // namespace weike::assets
