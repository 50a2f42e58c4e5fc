#pragma once

#include "api/feed/feed_publisher.hpp"
#include "api/feed/feed_service.hpp"
#include "api/feed/feed_versions.hpp"
#include "model/asset.hpp"
#include "model/lesson.hpp"
#include "storage/kv/rocksdb_kv_store.hpp"
#include "tests/storage/temporary_folder.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace weike::bench {

// So many live lessons in the feed's index of a RocksDB in a temporary folder: all in the list of
// all, every fourth in one of the four channels, every tenth public (so also in the visitors'
// lists). Written as sorted tables and taken in whole, since publishing millions one by one would
// take an hour.
class FeedLibrary {
 public:
  explicit FeedLibrary(std::uint64_t lessons);
  // In `folder`, which must not exist yet and stays: a data folder that a server opens. It has the
  // feed alone: behind its cards are neither lessons nor videos.
  FeedLibrary(std::uint64_t lessons, std::filesystem::path folder);

  std::uint64_t lessons() const { return lessons_; }
  std::uint64_t disk_bytes() const;
  double load_seconds() const { return load_seconds_; }
  // Lesson 0 is the oldest.
  static Lesson lesson(std::uint64_t number);
  static Asset asset(std::uint64_t number);

  storage::KvStore& store() { return *store_; }
  feed::FeedPublisher& publisher() { return publisher_; }
  // Of a service that keeps neither pages nor cards in memory.
  Result<feed::FeedPage> read_from_store(const feed::PageRequest& request) {
    return from_store_.page(request);
  }
  // Of one that keeps cards, but no pages.
  Result<feed::FeedPage> read_from_cards(const feed::PageRequest& request) {
    return from_cards_.page(request);
  }
  // The cursor of a page that begins behind lesson `number`.
  static std::string cursor_behind(std::string_view channel, std::uint64_t number);

 private:
  FeedLibrary(std::uint64_t lessons, std::unique_ptr<storage::TemporaryFolder> temporary,
              std::filesystem::path folder);
  void fill();

  const std::uint64_t lessons_;
  double load_seconds_ = 0;
  const std::unique_ptr<storage::TemporaryFolder> temporary_;  // Unless the folder is to stay.
  const std::filesystem::path folder_;
  std::unique_ptr<storage::RocksDbKvStore> store_;
  SystemClock clock_;
  playback::MediaSigner signer_{std::string(32, 'k')};
  playback::MediaLinks links_{signer_, clock_};
  feed::FeedVersions versions_;
  feed::FeedPublisher publisher_;
  feed::FeedService from_store_;
  feed::FeedService from_cards_;
};

}  // namespace weike::bench
