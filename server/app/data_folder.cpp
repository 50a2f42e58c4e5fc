#include "server/app/data_folder.hpp"

#include <sys/stat.h>

#include <system_error>
#include <utility>

namespace weike::server {
namespace {

namespace fs = std::filesystem;

Result<> make_private_folder(const fs::path& folder) {
  std::error_code failure;
  if (fs::is_directory(folder, failure)) return {};
  if (folder.has_parent_path()) fs::create_directories(folder.parent_path(), failure);
  if (::mkdir(folder.c_str(), 0700) == 0 || fs::is_directory(folder, failure)) return {};
  return Error{ErrorCode::unavailable, "cannot make the folder " + folder.string()};
}

}  // namespace

Result<DataFolder> DataFolder::open(const Config& config) {
  DataFolder data;
  std::error_code failure;
  data.root = fs::absolute(config.data, failure).lexically_normal();
  for (const fs::path& folder : {data.root, data.root / "run"}) {
    if (const auto made = make_private_folder(folder); !made) return made.error();
  }
  // First the database: its lock keeps a second server away from the media too.
  storage::RocksDbOptions options;
  options.path = data.root / "db";
  options.block_cache_bytes = config.database_cache_bytes;
  auto store = storage::RocksDbKvStore::open(options);
  if (!store) return store.error();
  data.store = std::move(*store);
  auto blobs = storage::FileBlobStore::open_at(data.root / "media");
  if (!blobs) return blobs.error();
  data.blobs = std::move(*blobs);
  return data;
}

}  // namespace weike::server
