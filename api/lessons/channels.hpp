#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weike::lessons {

// A place in the feed that lessons are published to. The list comes from the configuration.
struct Channel {
  std::string id;  // Lower-case letters, digits and '-'.
  std::string title_zh;
  std::string title_en;
  bool operator==(const Channel&) const = default;
};

std::vector<Channel> default_channels();

// Null if there is none of that id.
const Channel* find_channel(const std::vector<Channel>& channels, std::string_view id);

}  // namespace weike::lessons
