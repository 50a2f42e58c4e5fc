#include "storage/blob/blob_folders.hpp"

#include "model/id.hpp"
#include "storage/blob/posix_file.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <system_error>

namespace weike::storage {
namespace {

// Forgetting costs one needless sync for each folder; remembering without end would cost memory.
constexpr std::size_t kMaxRemembered = 10'000;

}  // namespace

BlobFolders::BlobFolders(std::filesystem::path root)
    : root_(std::move(root)), temporaries_(root_ / ".tmp") {}

Result<> BlobFolders::prepare() {
  std::error_code failure;
  const auto root = std::filesystem::absolute(root_, failure);
  if (!failure) std::filesystem::remove_all(temporaries_, failure);
  if (!failure) std::filesystem::create_directories(temporaries_, failure);
  if (failure) {
    errno = failure.value();
    return errno_error("cannot prepare " + temporaries_.string());
  }
  if (const auto synced = sync_folder(root); !synced) return synced;
  return sync_folder(root.parent_path());
}

std::filesystem::path BlobFolders::make_temporary() const {
  return temporaries_ / id_text(random_id_bytes());
}

Result<> BlobFolders::make_parents(std::string_view name) {
  for (auto slash = name.find('/'); slash != std::string_view::npos;
       slash = name.find('/', slash + 1)) {
    if (const auto made = make_durable(root_ / name.substr(0, slash)); !made) return made;
  }
  return {};
}

Result<> BlobFolders::make_durable(const std::filesystem::path& folder) {
  const bool is_new = ::mkdir(folder.c_str(), 0750) == 0;
  if (!is_new && errno != EEXIST) return errno_error("cannot make " + folder.string());
  {
    const std::lock_guard lock(mutex_);
    if (!is_new && durable_.contains(folder.string())) return {};
  }
  if (const auto synced = sync_folder(folder.parent_path()); !synced) return synced;
  const std::lock_guard lock(mutex_);
  if (durable_.size() >= kMaxRemembered) durable_.clear();
  durable_.insert(folder.string());
  return {};
}

void BlobFolders::forget_durable() {
  const std::lock_guard lock(mutex_);
  durable_.clear();
}

}  // namespace weike::storage
