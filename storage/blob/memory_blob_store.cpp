#include "storage/blob/memory_blob_store.hpp"

#include "storage/blob/blob_name.hpp"
#include "storage/blob/memory_file.hpp"

#include <map>
#include <mutex>

namespace weike::storage {

// The files by their names. Threads may share it.
class MemoryShelf {
 public:
  explicit MemoryShelf(std::uint64_t capacity_bytes)
      : budget_(std::make_shared<MemoryBudget>(capacity_bytes)) {}

  Result<std::shared_ptr<MemoryFile>> make_file() const { return MemoryFile::create(budget_); }
  std::uint64_t free_bytes() const { return budget_->free_bytes(); }

  // Null if there is none.
  std::shared_ptr<MemoryFile> find(std::string_view name) const {
    const std::lock_guard lock(mutex_);
    const auto file = files_.find(name);
    return file == files_.end() ? nullptr : file->second;
  }

  // The file that has the name afterwards: `file`, or the one that had it before.
  std::shared_ptr<MemoryFile> add(std::string_view name, std::shared_ptr<MemoryFile> file) {
    const std::lock_guard lock(mutex_);
    return files_.emplace(name, std::move(file)).first->second;
  }

  void erase(std::string_view name) {
    const std::lock_guard lock(mutex_);
    if (const auto file = files_.find(name); file != files_.end()) files_.erase(file);
  }

  void erase_all(std::string_view prefix) {
    const std::lock_guard lock(mutex_);
    std::erase_if(files_, [prefix](const auto& file) { return file.first.starts_with(prefix); });
  }

  std::vector<std::string> list(std::string_view prefix, std::size_t limit) const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> names;
    for (auto file = files_.lower_bound(prefix);
         file != files_.end() && file->first.starts_with(prefix) && names.size() < limit; ++file)
      names.push_back(file->first);
    return names;
  }

 private:
  std::shared_ptr<MemoryBudget> budget_;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<MemoryFile>, std::less<>> files_;
};

namespace {

class MemoryBlobWriter final : public BlobWriter {
 public:
  MemoryBlobWriter(std::shared_ptr<MemoryShelf> shelf, std::string_view name,
                   std::shared_ptr<MemoryFile> file)
      : shelf_(std::move(shelf)), name_(name), file_(std::move(file)) {}

  Result<> write(std::span<const std::byte> bytes) override { return file_->append(bytes); }

  Result<> commit() override {
    if (shelf_->add(name_, file_)->size_bytes() != file_->size_bytes())
      return Error{ErrorCode::conflict, "another blob has the name " + name_};
    return {};
  }

 private:
  std::shared_ptr<MemoryShelf> shelf_;
  std::string name_;
  std::shared_ptr<MemoryFile> file_;
};

class MemoryBlobAppender final : public BlobAppender {
 public:
  explicit MemoryBlobAppender(std::shared_ptr<MemoryFile> file) : file_(std::move(file)) {}

  std::uint64_t size_bytes() const override { return file_->size_bytes(); }
  Result<> append(std::span<const std::byte> bytes) override { return file_->append(bytes); }
  Result<> sync() override { return {}; }
  Result<> truncate(std::uint64_t size_bytes) override { return file_->truncate(size_bytes); }

 private:
  std::shared_ptr<MemoryFile> file_;
};

}  // namespace

MemoryBlobStore::MemoryBlobStore(std::uint64_t capacity_bytes)
    : shelf_(std::make_shared<MemoryShelf>(capacity_bytes)) {}

MemoryBlobStore::~MemoryBlobStore() = default;

Result<> MemoryBlobStore::link(std::string_view from, std::string_view to) {
  for (const auto name : {from, to}) {
    if (const auto checked = check_blob_name(name); !checked) return checked;
  }
  const auto file = shelf_->find(from);
  if (!file) return Error{ErrorCode::not_found, "there is no blob " + std::string(from)};
  if (shelf_->add(to, file)->size_bytes() != file->size_bytes())
    return Error{ErrorCode::conflict, "another blob has the name " + std::string(to)};
  return {};
}

Result<> MemoryBlobStore::put(std::string_view name, std::span<const std::byte> bytes) {
  const auto writer = open_writer(name);
  if (!writer) return writer.error();
  if (const auto written = (*writer)->write(bytes); !written) return written;
  return (*writer)->commit();
}

Result<std::unique_ptr<BlobWriter>> MemoryBlobStore::open_writer(std::string_view name) {
  if (const auto checked = check_blob_name(name); !checked) return checked.error();
  auto file = shelf_->make_file();
  if (!file) return file.error();
  return std::unique_ptr<BlobWriter>(
      std::make_unique<MemoryBlobWriter>(shelf_, name, std::move(*file)));
}

Result<std::unique_ptr<BlobAppender>> MemoryBlobStore::open_appender(std::string_view name) {
  if (const auto checked = check_blob_name(name); !checked) return checked.error();
  auto file = shelf_->make_file();
  if (!file) return file.error();
  return std::unique_ptr<BlobAppender>(
      std::make_unique<MemoryBlobAppender>(shelf_->add(name, std::move(*file))));
}

Result<std::string> MemoryBlobStore::read(std::string_view name, std::uint64_t limit_bytes) {
  const auto file = open(name);
  if (!file) return file.error();
  if ((*file)->size_bytes() > limit_bytes)
    return Error{ErrorCode::too_large, "the blob is larger than the reader expects"};
  return read_from_begin((*file)->descriptor(), (*file)->size_bytes());
}

Result<std::optional<std::uint64_t>> MemoryBlobStore::stat(std::string_view name) {
  if (const auto checked = check_blob_name(name); !checked) return checked.error();
  const auto file = shelf_->find(name);
  return file ? std::optional<std::uint64_t>{file->size_bytes()} : std::nullopt;
}

Result<std::shared_ptr<const OpenFile>> MemoryBlobStore::open(std::string_view name) {
  if (const auto checked = check_blob_name(name); !checked) return checked.error();
  const auto file = shelf_->find(name);
  if (!file) return Error{ErrorCode::not_found, "there is no blob " + std::string(name)};
  return file->open();
}

Result<> MemoryBlobStore::erase(std::string_view name) {
  if (const auto checked = check_blob_name(name); !checked) return checked;
  shelf_->erase(name);
  return {};
}

Result<> MemoryBlobStore::erase_all(std::string_view prefix) {
  if (const auto checked = check_blob_prefix(prefix); !checked) return checked;
  shelf_->erase_all(prefix);
  return {};
}

Result<std::vector<std::string>> MemoryBlobStore::list(std::string_view prefix, std::size_t limit) {
  if (const auto checked = check_blob_prefix(prefix); !checked) return checked.error();
  return shelf_->list(prefix, limit);
}

Result<std::uint64_t> MemoryBlobStore::free_bytes() { return shelf_->free_bytes(); }

}  // namespace weike::storage
