#pragma once

#include "api/playback/segment_requests.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace weike::playback {

// Remembers who waits for what; a test says when it is made.
class FakeRequests final : public SegmentRequests {
 public:
  std::shared_ptr<Wish> want(AssetId asset, std::string_view rendition, std::uint32_t number,
                             std::function<void()> wake) override {
    wanted.push_back(std::string(rendition) + "/" + std::to_string(number));
    if (settles_at_once) wake();
    auto wish = std::make_shared<Waiting>();
    wish->wake = std::move(wake);
    waiting_.push_back({asset, wish});
    return wish;
  }
  void watched(AssetId asset) override { watched_assets.push_back(asset); }

  std::size_t open_wishes() const {
    std::size_t count = 0;
    for (const auto& [asset, wish] : waiting_) count += wish.expired() ? 0 : 1;
    return count;
  }
  void settle_all() {
    for (const auto& [asset, wish] : std::exchange(waiting_, {})) {
      if (const auto open = wish.lock()) open->wake();
    }
  }

  bool settles_at_once = false;
  std::vector<std::string> wanted;
  std::vector<AssetId> watched_assets;

 private:
  struct Waiting final : Wish {
    std::function<void()> wake;
  };
  std::vector<std::pair<AssetId, std::weak_ptr<Waiting>>> waiting_;
};

}  // namespace weike::playback
