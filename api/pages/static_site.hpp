#pragma once

#include "api/http/conditional.hpp"
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
  std::string_view accept_encoding = {};
  http::Method method = http::Method::get;
  http::Conditions conditions = {};
};

// The built web pages: `root`/h5 at "/", `root`/console at "/console/", all of it in memory. Packed
// forms are made by `tend`, or when somebody asks for one before. Paths of an application that name
// no file get its index.html. Threads may share it.
class StaticSite {
 public:
  // A folder that is absent or empty makes a site without pages.
  explicit StaticSite(std::filesystem::path root);
  ~StaticSite();

  // Never blocks: nothing when there is no such page (a missing file, or a path of the API), its
  // form is not packed yet, or the conditions fail.
  std::optional<http::Response> answer_from_memory(const PageRequest& request) const;
  // Nothing when there is no such page; 412 when the conditions fail.
  std::optional<http::Response> answer(const PageRequest& request) const;

  // Loads the files again if one of them changed, and packs some of what is not packed yet. Called
  // now and then from one thread.
  void tend();

  bool has_pages() const;

 private:
  struct Content;

  void pack_some();

  const std::filesystem::path root_;
  bool is_packed_ = false;  // Of `tend` alone.
  std::atomic<std::shared_ptr<const Content>> content_;
};

}  // namespace weike::pages
