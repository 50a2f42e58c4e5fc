#pragma once

#include "api/http/message.hpp"

#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace weike::pages {

// What of a request decides about a page.
struct PageRequest {
  std::string_view path;  // "/", "/assets/index-x.js", "/console/lessons/7".
  std::string_view if_none_match;
  std::string_view accept_encoding;
};

// The built web pages: `root`/h5 at "/", `root`/console at "/console/", all of it in memory, with a
// gzip variant where that is smaller. Paths of an application that name no file get its index.html.
// Threads may share it; answers never block.
class StaticSite {
 public:
  // A folder that is absent or empty makes a site without pages.
  explicit StaticSite(std::filesystem::path root);
  ~StaticSite();

  // Nothing when there is no such page: a missing file, or a path of the API.
  std::optional<http::Response> answer(const PageRequest& request) const;

  // Loads the files again if one of them changed. Called now and then from one thread.
  void reload_if_changed();

  bool has_pages() const;

 private:
  struct Content;

  const std::filesystem::path root_;
  std::atomic<std::shared_ptr<const Content>> content_;
};

}  // namespace weike::pages
