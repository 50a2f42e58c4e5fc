#pragma once

#include "model/error.hpp"

#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_set>

namespace weike::storage {

// The folders below the root of a FileBlobStore, and the one for temporaries. Threads may share it.
class BlobFolders {
 public:
  explicit BlobFolders(std::filesystem::path root);

  // Makes the root and the folder for temporaries, and empties the latter.
  Result<> prepare();

  std::filesystem::path path_of(std::string_view name) const { return root_ / name; }
  const std::filesystem::path& root() const { return root_; }
  // A name in the folder for temporaries that nobody else has.
  std::filesystem::path make_temporary() const;

  // Makes the folders above the blob `name` durably, as far as they are absent.
  Result<> make_parents(std::string_view name);
  // To be called when folders were removed.
  void forget_durable();

 private:
  Result<> make_durable(const std::filesystem::path& folder);

  std::filesystem::path root_;
  std::filesystem::path temporaries_;
  std::mutex mutex_;
  // Folders whose entry in their parent this process has synced. One that was made by a process
  // that crashed exists but may not be durable, so existing is not enough.
  std::unordered_set<std::string> durable_;
};

}  // namespace weike::storage
