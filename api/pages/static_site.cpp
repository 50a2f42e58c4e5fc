#include "api/pages/static_site.hpp"

#include "api/pages/site_files.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <system_error>
#include <utility>

namespace weike::pages {
namespace {

namespace fs = std::filesystem;

// Packing for as long may hold up other chores.
constexpr std::chrono::milliseconds kPackingTurn{50};

constexpr std::string_view kConsole = "/console";

bool is_in_console(std::string_view path) {
  return path == kConsole || path.starts_with("/console/");
}

http::ContentRequest content_request(const PageRequest& request) {
  return {request.method, request.accept_encoding, request.conditions};
}

// Calls `visit(file, path)` for every regular file of the site.
template <class Visit>
void for_each_file(const fs::path& root, Visit visit) {
  for (const auto& [folder, prefix] :
       {std::pair{"h5", std::string("/")}, std::pair{"console", std::string("/console/")}}) {
    std::error_code failure;
    const fs::path base = root / folder;
    for (fs::recursive_directory_iterator at(base, failure), end; !failure && at != end;
         at.increment(failure)) {
      std::error_code ignored;
      if (!at->is_regular_file(ignored)) continue;
      visit(*at, prefix + at->path().lexically_relative(base).generic_string());
    }
  }
}

// Changes whenever a file comes, goes or is written.
std::size_t fingerprint_of(const fs::path& root) {
  std::size_t fingerprint = 0;
  for_each_file(root, [&](const fs::directory_entry& entry, const std::string& path) {
    std::error_code ignored;
    const auto written = entry.last_write_time(ignored).time_since_epoch().count();
    // A sum, because folders have no order.
    fingerprint += std::hash<std::string>{}(path + '|' + std::to_string(written) + '|' +
                                            std::to_string(entry.file_size(ignored)));
  });
  return fingerprint;
}

}  // namespace

struct StaticSite::Content {
  std::map<std::string, http::ContentPtr, std::less<>> files;
  std::size_t fingerprint = 0;

  const http::Content* find(std::string_view path) const {
    const auto found = files.find(path);
    return found == files.end() ? nullptr : found->second.get();
  }
  // Paths of an application that name no file mean its index.
  const http::Content* find_page(std::string_view path) const {
    if (const auto* file = find(path)) return file;
    const bool is_api = path.starts_with("/api") || path.starts_with("/media");
    const std::string_view last = path.substr(path.rfind('/') + 1);
    if (is_api || last.find('.') != std::string_view::npos) return nullptr;
    return find(is_in_console(path) ? "/console/index.html" : "/index.html");
  }

  static std::shared_ptr<const Content> load(const fs::path& root) {
    auto content = std::make_shared<Content>();
    content->fingerprint = fingerprint_of(root);
    for_each_file(root, [&](const fs::directory_entry& entry, const std::string& path) {
      // A file that vanishes meanwhile is loaded, or not, with the next change.
      if (auto file = load_site_file(entry.path(), path)) content->files[path] = std::move(*file);
    });
    return content;
  }
};

StaticSite::StaticSite(fs::path root) : root_(std::move(root)), content_(Content::load(root_)) {}
StaticSite::~StaticSite() = default;

std::optional<http::Response> StaticSite::answer_from_memory(const PageRequest& request) const {
  const std::shared_ptr<const Content> content = content_.load();
  const auto* page = content->find_page(request.path);
  if (page == nullptr) return std::nullopt;
  return page->answer_from_memory(content_request(request));
}

std::optional<http::Response> StaticSite::answer(const PageRequest& request) const {
  const std::shared_ptr<const Content> content = content_.load();
  const auto* page = content->find_page(request.path);
  if (page == nullptr) return std::nullopt;
  auto answer = page->answer(content_request(request));
  if (answer) return std::move(*answer);
  http::Response refused;
  refused.status = 412;
  return refused;
}

void StaticSite::tend() {
  if (fingerprint_of(root_) != content_.load()->fingerprint) {
    content_.store(Content::load(root_));
    is_packed_ = false;
  }
  if (!is_packed_) pack_some();
}

void StaticSite::pack_some() {
  const auto end = std::chrono::steady_clock::now() + kPackingTurn;
  const std::shared_ptr<const Content> content = content_.load();
  for (const auto& [path, file] : content->files) {
    while (file->pack_one()) {
      if (std::chrono::steady_clock::now() >= end) return;
    }
  }
  is_packed_ = true;
}

bool StaticSite::has_pages() const { return !content_.load()->files.empty(); }

}  // namespace weike::pages
