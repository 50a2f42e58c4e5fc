#include "api/pages/static_site.hpp"

#include "api/http/conditional.hpp"
#include "api/pages/site_files.hpp"

#include <functional>
#include <map>
#include <system_error>
#include <utility>

namespace weike::pages {
namespace {

namespace fs = std::filesystem;

// Scripts and styles come from here only; hls.js feeds the player through blobs, begins its tracks
// of captions with an empty data: file, and works in a worker; TDesign sets styles of elements.
constexpr std::string_view kContentSecurityPolicy =
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; media-src 'self' data: blob:; "
    "worker-src 'self' blob:; connect-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'";

constexpr std::string_view kConsole = "/console";

bool accepts_gzip(std::string_view accept_encoding) {
  const std::size_t at = accept_encoding.find("gzip");
  if (at == std::string_view::npos) return false;
  // "gzip;q=0" refuses it (RFC 9110 §12.5.3).
  std::string_view weight = accept_encoding.substr(at + 4);
  weight = weight.substr(0, weight.find(','));
  const std::size_t zero = weight.find("q=0");
  return zero == std::string_view::npos ||
         weight.find_first_of("123456789", zero + 3) != std::string_view::npos;
}

bool is_in_console(std::string_view path) {
  return path == kConsole || path.starts_with("/console/");
}

http::Response respond(const SiteFile& file, const PageRequest& request) {
  const std::string_view cache =
      file.is_hashed ? "public, max-age=31536000, immutable" : "no-cache";
  if (http::is_not_modified(request.if_none_match, file.etag)) {
    http::Response unchanged = http::not_modified(file.etag, cache);
    unchanged.headers.set("Vary", "Accept-Encoding");
    return unchanged;
  }
  http::Response response;
  response.headers.add("Content-Type", file.content_type);
  response.headers.add("Cache-Control", std::string(cache));
  response.headers.add("ETag", file.etag);
  response.headers.add("Vary", "Accept-Encoding");
  response.headers.add("X-Content-Type-Options", "nosniff");
  if (file.content_type.starts_with("text/html") || file.content_type.starts_with("image/svg")) {
    response.headers.add("Content-Security-Policy", std::string(kContentSecurityPolicy));
    response.headers.add("X-Frame-Options", "DENY");
    // Signed media paths must not leave with a click on a link.
    response.headers.add("Referrer-Policy", "same-origin");
  }
  const bool is_packed = file.gzipped && accepts_gzip(request.accept_encoding);
  if (is_packed) response.headers.add("Content-Encoding", "gzip");
  response.body = is_packed ? file.gzipped : file.bytes;
  return response;
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
  std::map<std::string, SiteFile, std::less<>> files;
  std::size_t fingerprint = 0;

  const SiteFile* find(std::string_view path) const {
    const auto found = files.find(path);
    return found == files.end() ? nullptr : &found->second;
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

std::optional<http::Response> StaticSite::answer(const PageRequest& request) const {
  const std::shared_ptr<const Content> content = content_.load();
  const std::string_view path = request.path;
  if (const SiteFile* file = content->find(path)) return respond(*file, request);

  const bool is_api = path.starts_with("/api") || path.starts_with("/media");
  const std::string_view last = path.substr(path.rfind('/') + 1);
  if (is_api || last.find('.') != std::string_view::npos) return std::nullopt;
  const SiteFile* index =
      content->find(is_in_console(path) ? "/console/index.html" : "/index.html");
  if (index == nullptr) return std::nullopt;
  return respond(*index, request);
}

void StaticSite::reload_if_changed() {
  if (fingerprint_of(root_) == content_.load()->fingerprint) return;
  content_.store(Content::load(root_));
}

bool StaticSite::has_pages() const { return !content_.load()->files.empty(); }

}  // namespace weike::pages
