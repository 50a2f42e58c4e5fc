#pragma once

#include "tests/api/lessons/lesson_world.hpp"

#include <gmock/gmock.h>

#include <string>

namespace weike {

class MediaWorld : public LessonWorld {
 protected:
  // The same answer from both lanes, once the hot one has what it needs.
  http::Response get_both(const std::string& target, const HeaderList& headers = {}) {
    auto response = get(target, nullptr, headers);
    const auto hot = get_hot(target, nullptr, headers);
    EXPECT_TRUE(hot) << target;
    if (hot) {
      EXPECT_EQ(hot->status, response.status) << target;
      EXPECT_EQ(hot->headers.fields(), response.headers.fields()) << target;
      EXPECT_EQ(text_of(*hot), text_of(response)) << target;
    }
    return response;
  }

  // Whatever kind of body it is.
  static std::string bytes_of(const http::Response& response) {
    const auto* parts = std::get_if<std::shared_ptr<http::PartsBody>>(&response.body);
    if (!parts) return text_of(response);
    std::string bytes;
    while (true) {
      auto part = (*parts)->next();
      EXPECT_TRUE(part) << part.error().message;
      if (!part || !*part) return bytes;
      http::Response one;
      if (auto* file = std::get_if<http::FileBody>(&**part)) one.body = *file;
      if (auto* shared = std::get_if<http::SharedBytes>(&**part)) one.body = *shared;
      bytes += text_of(one);
    }
  }
};

// Around one video and a live lesson with it.
class MediaRoutes : public MediaWorld {
 protected:
  // The signed folder of a live lesson, for somebody or for everyone.
  std::string folder(const std::string& lesson, const Person* person) {
    const auto json = json_of(get("/api/v1/lessons/" + lesson + "/playback", person));
    const std::string url = json.value("hls_url", "");
    return url.substr(0, url.rfind('/') + 1);
  }

  std::string make_live(const std::string& audience, VideoState state = VideoState::ready) {
    asset = make_asset(author, state);
    auto body = lesson_body(asset);
    body["audience"] = audience;
    return create_live(body);
  }

  AssetId asset;
};

}  // namespace weike
