#include "model/bounded_map.hpp"

#include <gtest/gtest.h>

#include <string>

namespace weike {
namespace {

TEST(BoundedMap, ForgetsWhatWasUsedLongestAgo) {
  BoundedMap<std::string, int> map(2);
  map.put("a", 1);
  map.put("b", 2);
  EXPECT_EQ(map.get("a"), 1);

  map.put("c", 3);

  EXPECT_EQ(map.get("b"), std::nullopt);
  EXPECT_EQ(map.get("a"), 1);
  EXPECT_EQ(map.get("c"), 3);
  EXPECT_EQ(map.size(), 2u);
}

TEST(BoundedMap, PutAgainReplacesAndErasesByCondition) {
  BoundedMap<std::string, int> map(2);
  map.put("a", 1);
  map.put("a", 2);
  map.put("b", 3);

  map.erase_if([](const std::string&, int value) { return value == 2; });

  EXPECT_EQ(map.get("a"), std::nullopt);
  EXPECT_EQ(map.get("b"), 3);
}

TEST(BoundedMap, KeepsNoMoreThanItsWeight) {
  BoundedMap<std::string, int> map(100, 10);
  map.put("a", 1, 4);
  map.put("b", 2, 4);
  map.put("a", 3, 5);
  EXPECT_EQ(map.weight(), 9u);

  map.put("c", 4, 5);
  map.put("whale", 5, 11);

  EXPECT_EQ(map.get("b"), std::nullopt);
  EXPECT_EQ(map.get("a"), 3);
  EXPECT_EQ(map.get(std::string_view("c")), 4);
  EXPECT_EQ(map.get("whale"), std::nullopt);
  EXPECT_EQ(map.weight(), 10u);
}

}  // namespace
}  // namespace weike
