#pragma once

#include "api/playback/media_replies.hpp"
#include "model/bounded_map.hpp"
#include "model/error.hpp"
#include "model/time.hpp"
#include "storage/blob/blob_store.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace weike::playback {

// "assets/{asset}/{file}" as assets::blob_name makes it, without memory of its own. Empty when it
// is longer than any name of a blob.
class BlobName {
 public:
  BlobName(std::string_view asset, std::string_view file) {
    for (const auto part : {std::string_view("assets/"), asset, std::string_view("/"), file}) {
      if (part.size() > text_.size() - size_) {
        size_ = 0;
        return;
      }
      std::copy(part.begin(), part.end(), text_.begin() + static_cast<std::ptrdiff_t>(size_));
      size_ += part.size();
    }
  }
  std::string_view text() const { return {text_.data(), size_}; }

 private:
  std::array<char, 200> text_;
  std::size_t size_ = 0;
};

// Descriptors of files of assets, kept open for those who ask next. Threads may share it.
class OpenFiles {
 public:
  // Keeps at most `capacity` descriptors; one that nobody asked for for `idle` is closed.
  OpenFiles(storage::BlobStore& blobs, const Clock& clock, std::size_t capacity, Milliseconds idle);

  using FilePtr = std::shared_ptr<const ServedFile>;
  // "{asset}" and "v360/0.m4s". Never blocks and takes no memory: null when it is not open.
  FilePtr at_hand(std::string_view asset, std::string_view file);
  // Fails as BlobStore::open does.
  Result<FilePtr> open(std::string_view asset, std::string_view file);

  // Call it on a timer.
  void close_idle();

 private:
  struct Entry {
    ServedFile served;
    std::atomic<Milliseconds::rep> used_at_ms{0};
  };
  FilePtr take(std::string_view blob_name);

  storage::BlobStore& blobs_;
  const Clock& clock_;
  const Milliseconds idle_;
  BoundedMap<std::string, std::shared_ptr<Entry>> files_;
};

}  // namespace weike::playback
