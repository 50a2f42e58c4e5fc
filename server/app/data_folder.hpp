#pragma once

#include "server/config/config.hpp"
#include "storage/blob/file_blob_store.hpp"
#include "storage/kv/rocksdb_kv_store.hpp"

#include <filesystem>
#include <memory>

namespace weike::server {

// The stores of one data folder: DIR/db, DIR/media, DIR/run. One process has it for itself.
struct DataFolder {
  std::filesystem::path root;
  std::unique_ptr<storage::RocksDbKvStore> store;
  std::unique_ptr<storage::FileBlobStore> blobs;

  std::filesystem::path admin_socket() const { return admin_socket_of(root); }
  static std::filesystem::path admin_socket_of(const std::filesystem::path& root) {
    return root / "run" / "admin.sock";
  }

  // Makes what is absent, for this user only. `locked`, naming the holder, when another process
  // has it.
  static Result<DataFolder> open(const Config& config);
};

}  // namespace weike::server
