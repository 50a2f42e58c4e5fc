#pragma once

#include "storage/kv/optimistic_store.hpp"
#include "storage/kv/rocksdb_engine.hpp"
#include "tests/storage/temporary_folder.hpp"

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>

namespace weike::storage {

// A disk that remembers how much of each file was synced. Threads may share it.
class ForgetfulDisk final : public rocksdb::FileSystemWrapper {
 public:
  ForgetfulDisk() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "ForgetfulDisk"; }

  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override {
    const auto status = target()->NewWritableFile(name, options, file, debug);
    if (!status.ok()) return status;
    set_synced(name, 0);
    *file = std::make_unique<File>(std::move(*file), *this, name);
    return status;
  }

  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override {
    const std::lock_guard lock(mutex_);
    if (auto entry = synced_.extract(from)) {
      entry.key() = to;
      synced_.erase(to);
      synced_.insert(std::move(entry));
    }
    return target()->RenameFile(from, to, options, debug);
  }

  // From here on nothing reaches it.
  void switch_off() { is_off_ = true; }
  // Back again, without what was not synced.
  void switch_on() {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, size] : synced_) {
      if (std::filesystem::exists(name)) std::filesystem::resize_file(name, size);
    }
    synced_.clear();
    is_off_ = false;
  }

 private:
  class File final : public rocksdb::FSWritableFileOwnerWrapper {
   public:
    File(std::unique_ptr<rocksdb::FSWritableFile> file, ForgetfulDisk& disk, std::string name)
        : FSWritableFileOwnerWrapper(std::move(file)), disk_(disk), name_(std::move(name)) {}

    rocksdb::IOStatus Append(const rocksdb::Slice& bytes, const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug) override {
      if (disk_.is_off_) return off();
      return FSWritableFileOwnerWrapper::Append(bytes, options, debug);
    }
    rocksdb::IOStatus Append(const rocksdb::Slice& bytes, const rocksdb::IOOptions& options,
                             const rocksdb::DataVerificationInfo& verification,
                             rocksdb::IODebugContext* debug) override {
      if (disk_.is_off_) return off();
      return FSWritableFileOwnerWrapper::Append(bytes, options, verification, debug);
    }
    rocksdb::IOStatus Sync(const rocksdb::IOOptions& options,
                           rocksdb::IODebugContext* debug) override {
      if (disk_.is_off_) return off();
      disk_.set_synced(name_, GetFileSize(options, debug));
      return {};
    }
    rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options,
                            rocksdb::IODebugContext* debug) override {
      return Sync(options, debug);
    }

   private:
    static rocksdb::IOStatus off() { return rocksdb::IOStatus::IOError("the power is off"); }

    ForgetfulDisk& disk_;
    const std::string name_;
  };

  void set_synced(const std::string& name, std::uint64_t size) {
    const std::lock_guard lock(mutex_);
    synced_[name] = size;
  }

  std::atomic<bool> is_off_ = false;
  std::mutex mutex_;  // Guards what follows.
  std::map<std::string, std::uint64_t> synced_;
};

// A store on a RocksDB on a disk whose power can be cut. The options are RocksDB's own: those of
// the server tell of memory and files, none of what is synced.
class PowerLoss {
 public:
  PowerLoss() { open(); }

  KvStore& store() { return *store_; }
  // What is written from here on fails, until `cut` has brought the power back.
  void cut_under_way() { disk_->switch_off(); }
  // Nobody may use the store meanwhile.
  void cut() {
    disk_->switch_off();
    store_.reset();
    disk_->switch_on();
    open();
  }

 private:
  void open() {
    rocksdb::Options options;
    options.create_if_missing = true;
    options.env = env_.get();
    rocksdb::DB* database = nullptr;
    const auto status = rocksdb::DB::Open(options, (folder_.path() / "db").string(), &database);
    if (!status.ok()) throw std::runtime_error(status.ToString());
    store_ = std::make_unique<OptimisticStore>(
        std::make_unique<RocksDbEngine>(std::unique_ptr<rocksdb::DB>(database)));
  }

  TemporaryFolder folder_;
  std::shared_ptr<ForgetfulDisk> disk_ = std::make_shared<ForgetfulDisk>();
  std::unique_ptr<rocksdb::Env> env_ = rocksdb::NewCompositeEnv(disk_);
  std::unique_ptr<KvStore> store_;
};

}  // namespace weike::storage
