#pragma once

#include "model/error.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weike::storage {

// An open descriptor, closed with its last owner. Reading by offset only, so threads may share it.
class OpenFile {
 public:
  // `memory`: the same bytes, for a file that is no more than a copy of them.
  OpenFile(int descriptor, std::uint64_t size_bytes,
           std::shared_ptr<const std::string> memory = nullptr)
      : descriptor_(descriptor), size_bytes_(size_bytes), memory_(std::move(memory)) {}
  ~OpenFile();
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  int descriptor() const { return descriptor_; }
  std::uint64_t size_bytes() const { return size_bytes_; }
  // Null: on the disk, as far as anybody knows.
  const std::string* memory() const { return memory_.get(); }

 private:
  int descriptor_;
  std::uint64_t size_bytes_;
  std::shared_ptr<const std::string> memory_;
};

// Writes one blob. Dropped without `commit` it leaves nothing behind. One thread at a time.
class BlobWriter {
 public:
  virtual ~BlobWriter() = default;
  // Fails with `out_of_space` when the disk is full.
  virtual Result<> write(std::span<const std::byte> bytes) = 0;
  // Makes the blob durable and visible at its name, all or nothing. A blob that exists already with
  // the same size stays and counts as success; with another size: `conflict`.
  virtual Result<> commit() = 0;
};

// A file that grows over many requests: the body of an upload. One thread at a time.
class BlobAppender {
 public:
  virtual ~BlobAppender() = default;
  virtual std::uint64_t size_bytes() const = 0;
  virtual Result<> append(std::span<const std::byte> bytes) = 0;
  // What was appended so far survives a power cut from here on (data, and the folder entry).
  virtual Result<> sync() = 0;
  // Forgets everything behind `size_bytes`: bytes that were never acknowledged.
  virtual Result<> truncate(std::uint64_t size_bytes) = 0;
};

// Media bytes under names like "assets/0f…/v360/0.m4s". A name is lower-case letters, digits, '_',
// '-', '.' and '/', without empty or dotted parts, at most 200 bytes; any other fails with
// `invalid_argument`. A blob never changes after its commit. Threads may share the store.
class BlobStore {
 public:
  virtual ~BlobStore() = default;

  // Gives the blob `from` a second, independent name, durably and without a second copy of its
  // bytes where the engine can. `to` exists already: as with `commit`. `not_found` if `from` is
  // absent.
  virtual Result<> link(std::string_view from, std::string_view to) = 0;
  // The whole of a small blob; parent folders come by themselves.
  virtual Result<> put(std::string_view name, std::span<const std::byte> bytes) = 0;
  virtual Result<std::unique_ptr<BlobWriter>> open_writer(std::string_view name) = 0;
  // Opens the growing file `name`, made if it is absent.
  virtual Result<std::unique_ptr<BlobAppender>> open_appender(std::string_view name) = 0;

  // `not_found` if there is none; `too_large` if it is above `limit_bytes`.
  virtual Result<std::string> read(std::string_view name, std::uint64_t limit_bytes) = 0;
  // Size in bytes, or nothing if there is none.
  virtual Result<std::optional<std::uint64_t>> stat(std::string_view name) = 0;
  // A descriptor for sendfile and for media children. `not_found` if there is none.
  virtual Result<std::shared_ptr<const OpenFile>> open(std::string_view name) = 0;

  // Absent blobs are no error.
  virtual Result<> erase(std::string_view name) = 0;
  // Everything below the folder `prefix`, which ends with '/'.
  virtual Result<> erase_all(std::string_view prefix) = 0;
  // Names below the folder `prefix`, sorted, at most `limit`.
  virtual Result<std::vector<std::string>> list(std::string_view prefix, std::size_t limit) = 0;
  // Bytes that can still be written.
  virtual Result<std::uint64_t> free_bytes() = 0;
};

}  // namespace weike::storage
