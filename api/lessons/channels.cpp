#include "api/lessons/channels.hpp"

#include <algorithm>

namespace weike::lessons {

std::vector<Channel> default_channels() {
  return {{"micro-lessons", "微党课", "Micro-lessons"},
          {"exemplary", "优秀党员", "Exemplary members"},
          {"model-workers", "劳模工匠", "Model workers"},
          {"news", "要闻", "News"}};
}

const Channel* find_channel(const std::vector<Channel>& channels, std::string_view id) {
  const auto found = std::find_if(channels.begin(), channels.end(),
                                  [&](const Channel& channel) { return channel.id == id; });
  return found == channels.end() ? nullptr : &*found;
}

}  // namespace weike::lessons
