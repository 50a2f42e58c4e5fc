#include "tests/bench/feed_library.hpp"

#include "api/feed/feed_card.hpp"
#include "api/http/cursor.hpp"
#include "model/json.hpp"
#include "storage/records/keys.hpp"
#include "tests/bench/bench_clock.hpp"

#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/table.h>
#include <sys/stat.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>

namespace weike::bench {
namespace {

namespace keys = storage::keys;

constexpr std::uint64_t kMaxDiskBytes = 6'000'000'000;
constexpr std::uint64_t kTemplates = 64;
constexpr const char* kCursorKey = "cursor key";

std::uint64_t mixed(std::uint64_t number) {
  number += 0x9e3779b97f4a7c15;
  number = (number ^ number >> 30) * 0xbf58476d1ce4e5b9;
  number = (number ^ number >> 27) * 0x94d049bb133111eb;
  return number ^ number >> 31;
}

template <class AnyId>
AnyId id_of(std::uint64_t number, std::uint64_t kind) {
  const auto bytes = keys::big_endian(mixed(2 * number + kind)) + keys::big_endian(mixed(number));
  return *AnyId::from_bytes(bytes);
}

std::string chinese(std::mt19937_64& random, std::size_t characters) {
  std::string text;
  for (std::size_t i = 0; i < characters; ++i) {
    const auto point = 0x4e00 + static_cast<unsigned>(random() % 3'000);
    text.push_back(static_cast<char>(0xe0 | point >> 12));
    text.push_back(static_cast<char>(0x80 | (point >> 6 & 0x3f)));
    text.push_back(static_cast<char>(0x80 | (point & 0x3f)));
  }
  return text;
}

Timestamp published_at(std::uint64_t number) {
  return Timestamp{Milliseconds{1'600'000'000'000 + static_cast<std::int64_t>(number) * 1000}};
}

std::string channel_of(std::uint64_t number) {
  static const auto channels = lessons::default_channels();
  if (number % 4 != 0) return "";
  return channels[mixed(number) % channels.size()].id;
}

bool is_public(std::uint64_t number) { return mixed(number + 7) % 10 == 0; }

// Cards by patching what differs into one that make_card has made: that alone takes 10 us.
class CardMaker {
 public:
  std::string card(std::uint64_t number) {
    auto& made = cards_[number % kTemplates][is_public(number) ? 1 : 0][channel_of(number)];
    const auto lesson = FeedLibrary::lesson(number);
    if (made.bytes.empty()) {
      made.bytes = feed::make_card(lesson, FeedLibrary::asset(number), "党委组织部").encode();
      made.id_at = made.bytes.find(lesson.id.text());
      made.time_at = made.bytes.find(to_rfc3339(lesson.published_at));
    }
    auto bytes = made.bytes;
    const auto id = lesson.id.text();
    const auto time = to_rfc3339(lesson.published_at);
    bytes.replace(made.id_at, id.size(), id);
    bytes.replace(made.time_at, time.size(), time);
    bytes.replace(3, 16, FeedLibrary::asset(number).id.raw());
    return bytes;
  }

 private:
  struct Made {
    std::string bytes;
    std::size_t id_at = 0;
    std::size_t time_at = 0;
  };
  std::array<std::array<std::map<std::string, Made>, 2>, kTemplates> cards_;
};

rocksdb::Options table_options() {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.compression = rocksdb::kLZ4Compression;
  options.target_file_size_base = 64ull << 20;
  rocksdb::BlockBasedTableOptions table;
  table.filter_policy.reset(rocksdb::NewRibbonFilterPolicy(10));
  table.format_version = 5;
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.partition_filters = true;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

void require(const rocksdb::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::exit(1);
}

// Writes entries, which come in order, into tables of some 64 MB each.
class Tables {
 public:
  explicit Tables(std::filesystem::path folder) : folder_(std::move(folder)) {}

  void add(const std::string& key, const std::string& value) {
    if (!writer_) {
      writer_ = std::make_unique<rocksdb::SstFileWriter>(rocksdb::EnvOptions(), options_);
      files_.push_back((folder_ / (std::to_string(files_.size()) + ".sst")).string());
      require(writer_->Open(files_.back()));
    }
    require(writer_->Put(key, value));
    if (writer_->FileSize() > 64ull << 20) finish();
  }
  void finish() {
    if (!writer_) return;
    rocksdb::ExternalSstFileInfo info;
    require(writer_->Finish(&info));
    writer_.reset();
    bytes_ += info.file_size;
    if (bytes_ < kMaxDiskBytes) return;
    std::fprintf(stderr, "more than 6 GB\n");
    std::exit(1);
  }
  const std::vector<std::string>& files() const { return files_; }

 private:
  const std::filesystem::path folder_;
  const rocksdb::Options options_ = table_options();
  std::unique_ptr<rocksdb::SstFileWriter> writer_;
  std::vector<std::string> files_;
  std::uint64_t bytes_ = 0;
};

feed::FeedOptions without_pages() {
  feed::FeedOptions options;
  options.cached_pages = 0;
  options.cached_bytes = 0;
  return options;
}

feed::FeedOptions without_memory() {
  auto options = without_pages();
  options.cached_card_bytes = 0;
  return options;
}

}  // namespace

FeedLibrary::FeedLibrary(std::uint64_t lessons)
    : FeedLibrary(lessons, std::make_unique<storage::TemporaryFolder>(), {}) {}

FeedLibrary::FeedLibrary(std::uint64_t lessons, std::filesystem::path folder)
    : FeedLibrary(lessons, nullptr, std::move(folder)) {}

FeedLibrary::FeedLibrary(std::uint64_t lessons, std::unique_ptr<storage::TemporaryFolder> temporary,
                         std::filesystem::path folder)
    : lessons_(lessons),
      temporary_(std::move(temporary)),
      folder_(temporary_ ? temporary_->path() : std::move(folder)),
      store_((fill(), storage::RocksDbKvStore::open(
                          {.path = folder_ / "db", .block_cache_bytes = 32ull << 20})
                          .value())),
      publisher_(*store_, versions_, [](UnitId) { return std::string("党委组织部"); }),
      from_store_(*store_, versions_, links_, clock_, kCursorKey, lessons::default_channels(),
                  without_memory()),
      from_cards_(*store_, versions_, links_, clock_, kCursorKey, lessons::default_channels(),
                  without_pages()) {}

Lesson FeedLibrary::lesson(std::uint64_t number) {
  std::mt19937_64 random(number % kTemplates);
  Lesson lesson;
  lesson.id = id_of<LessonId>(number, 0);
  auto& content = lesson.live.emplace().content;
  content.title = chinese(random, 8);
  content.summary = chinese(random, 16);
  content.asset = id_of<AssetId>(number, 1);
  content.channel = channel_of(number);
  content.audience = is_public(number) ? Audience::everyone : Audience::members;
  lesson.published_at = published_at(number);
  return lesson;
}

Asset FeedLibrary::asset(std::uint64_t number) {
  Asset asset;
  asset.id = id_of<AssetId>(number, 1);
  asset.state = AssetState::ready;
  asset.duration_ms = 300'000;
  asset.width = 1280;
  asset.height = 720;
  return asset;
}

std::string FeedLibrary::cursor_behind(std::string_view channel, std::uint64_t number) {
  const auto list = keys::feed_page("", "");
  const auto key = keys::feed("", "", published_at(number), id_of<LessonId>(number, 0));
  return http::CursorSigner(kCursorKey, "feed/" + std::string(channel))
      .seal(key.substr(list.begin.size()));
}

std::uint64_t FeedLibrary::disk_bytes() const {
  std::uint64_t bytes = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder_))
    if (file.is_regular_file()) bytes += file.file_size();
  return bytes;
}

void FeedLibrary::fill() {
  const auto begin = wall();
  // A server's data folder is its own alone.
  if (!temporary_ && ::mkdir(folder_.c_str(), 0700) != 0) {
    std::fprintf(stderr, "cannot make %s: it must be new\n", folder_.c_str());
    std::exit(1);
  }
  Tables tables(folder_);
  CardMaker maker;
  std::vector<std::string> channels{""};
  for (const auto& channel : lessons::default_channels()) channels.push_back(channel.id);
  std::sort(channels.begin(), channels.end());
  for (const std::string scope : {"members", "public"}) {
    for (const auto& channel : channels) {
      for (auto number = lessons_; number-- > 0;) {
        if (scope == "public" && !is_public(number)) continue;
        if (!channel.empty() && channel_of(number) != channel) continue;
        tables.add(keys::feed(scope, channel, published_at(number), id_of<LessonId>(number, 0)),
                   maker.card(number));
      }
    }
  }
  tables.finish();
  rocksdb::DB* opened = nullptr;
  require(rocksdb::DB::Open(table_options(), (folder_ / "db").string(), &opened));
  const std::unique_ptr<rocksdb::DB> database(opened);
  rocksdb::IngestExternalFileOptions options;
  options.move_files = true;
  require(database->IngestExternalFile(tables.files(), options));
  require(database->Close());
  for (const auto& file : tables.files()) std::filesystem::remove(file);
  load_seconds_ = wall() - begin;
}

}  // namespace weike::bench
