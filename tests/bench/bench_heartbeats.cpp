// What a durable heartbeat costs: 16 threads that put records of the same size into a bare RocksDB,
// each synced, against 16 callers of the heartbeat writer with all that a heartbeat takes (reading
// lesson, video and record, uniting stretches, the record's JSON). Rounds are interleaved; CPU is
// that of the whole process.
//
//   bench_heartbeats [rounds = 9] [seconds per round = 1]

#include "api/learning/heartbeat_writer.hpp"
#include "model/json.hpp"
#include "storage/kv/rocksdb_kv_store.hpp"
#include "storage/records/keys.hpp"
#include "tests/bench/bench_clock.hpp"
#include "tests/storage/temporary_folder.hpp"

#include <rocksdb/db.h>

#include <atomic>
#include <cstdlib>
#include <functional>
#include <semaphore>
#include <thread>

namespace weike::bench {
namespace {

constexpr std::size_t kCallers = 16;
constexpr Milliseconds kLong = std::chrono::hours{1};

struct Cost {
  double cpu_us = 0;  // For one write.
  double rate = 0;    // Writes in a second.
};

// Lets `kCallers` threads call `write(caller, n)` until the time is over.
Cost measure(double seconds, const std::function<void(std::size_t, std::uint32_t)>& write) {
  std::atomic<bool> is_over = false;
  std::atomic<std::uint64_t> writes = 0;
  const auto cpu = process_cpu();
  const auto begin = wall();
  {
    std::vector<std::jthread> callers;
    for (std::size_t caller = 0; caller < kCallers; ++caller) {
      callers.emplace_back([&, caller] {
        std::uint32_t count = 0;
        while (!is_over) write(caller, count++);
        writes += count;
      });
    }
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
    is_over = true;
  }
  const auto count = static_cast<double>(writes);
  return {(process_cpu() - cpu) / count * 1e6, count / (wall() - begin)};
}

// The members and lessons of the bench, one pair for each caller.
class World {
 public:
  explicit World(storage::KvStore& store) {
    Asset video;
    video.id = AssetId::make_random();
    video.duration_ms = 1'000'000'000;
    for (int i = 0; i < 5; ++i) video.renditions.push_back({"v" + std::to_string(i), 9, 9, 9});
    for (std::size_t i = 0; i < kCallers; ++i) {
      Lesson lesson;
      lesson.id = LessonId::make_random();
      lesson.live.emplace().content.asset = video.id;
      lesson.live->content.title = "一堂微党课";
      viewers.push_back({AccountId::make_random(), {{Role::member, kRootUnit}}});
      lessons.push_back(lesson.id);
      store
          .transact([&](storage::Transaction& transaction) -> Result<> {
            storage::save(transaction, storage::keys::asset(video.id), video).value();
            return storage::save(transaction, storage::keys::lesson(lesson.id), lesson);
          })
          .value();
    }
  }

  std::vector<learning::Heartbeat> beat(std::size_t caller, std::uint32_t count) const {
    const auto begin = count % 80'000 * 10'000;
    return {{"x", lessons[caller], {{begin, begin + 10'000}}, clock.now()}};
  }

  const SystemClock clock;
  std::vector<Viewer> viewers;
  std::vector<LessonId> lessons;
};

// Counts what shares a commit.
class BatchCounter final : public learning::HeartbeatObserver {
 public:
  void on_batch(std::size_t requests, std::chrono::nanoseconds) override {
    requests_ += requests;
    ++batches_;
  }
  double requests_per_batch() const {
    return static_cast<double>(requests_) / static_cast<double>(std::max<std::size_t>(1, batches_));
  }

 private:
  std::atomic<std::size_t> requests_ = 0;
  std::atomic<std::size_t> batches_ = 0;
};

// The writer as its callers wait for it: a thread each, or none as in the server.
class OurWriter {
 public:
  explicit OurWriter(storage::Durability durability) {
    learning::HeartbeatOptions options;
    options.durability = durability;
    writer_ = std::make_unique<learning::HeartbeatWriter>(*store_, world_.clock, options);
    writer_->observe(batches);
  }

  BatchCounter batches;

  void write(std::size_t caller, std::uint32_t count) {
    auto ticket = writer_->submit(world_.viewers[caller], world_.beat(caller, count)).value();
    ticket->wait(kLong).value();
  }

  // Each answer brings the caller's next request, as a client's connection does.
  Cost measure_without_threads(double seconds) {
    std::atomic<bool> is_over = false;
    std::atomic<std::uint64_t> writes = 0;
    std::counting_semaphore<> finished(0);
    std::function<void(std::size_t, std::uint32_t)> send = [&](std::size_t caller,
                                                               std::uint32_t count) {
      if (is_over) {
        writes += count;
        finished.release();
        return;
      }
      writer_->submit(world_.viewers[caller], world_.beat(caller, count))
          .value()
          ->on_settled([&send, caller, count] { send(caller, count + 1); });
    };
    const auto cpu = process_cpu();
    const auto begin = wall();
    for (std::size_t caller = 0; caller < kCallers; ++caller) send(caller, 0);
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
    is_over = true;
    for (std::size_t caller = 0; caller < kCallers; ++caller) finished.acquire();
    const auto count = static_cast<double>(writes);
    return {(process_cpu() - cpu) / count * 1e6, count / (wall() - begin)};
  }

  // The bytes that a record takes in the end.
  std::size_t record_bytes() {
    std::size_t size = 0;
    store_
        ->read([&](storage::Transaction& transaction) -> Result<> {
          const auto key = storage::keys::watch(*world_.viewers[0].account, world_.lessons[0]);
          size = transaction.get(key).value().value_or("").size();
          return {};
        })
        .value();
    return size;
  }

 private:
  storage::TemporaryFolder folder_;
  std::unique_ptr<storage::RocksDbKvStore> store_ =
      storage::RocksDbKvStore::open({.path = folder_.path()}).value();
  World world_{*store_};
  std::unique_ptr<learning::HeartbeatWriter> writer_;
};

class BareRocksDb {
 public:
  explicit BareRocksDb(std::size_t value_bytes) : value_(value_bytes, 'x') {
    rocksdb::Options options;
    options.create_if_missing = true;
    options.write_buffer_size = storage::RocksDbOptions{}.write_buffer_bytes;
    rocksdb::DB* database = nullptr;
    if (!rocksdb::DB::Open(options, folder_.path().string(), &database).ok()) std::abort();
    database_.reset(database);
  }

  void write(std::size_t caller, std::uint32_t count) {
    auto key = storage::keys::watch(accounts_[caller], LessonId{});
    value_of_[caller] = value_;
    value_of_[caller].replace(0, 8, storage::keys::big_endian(count));
    rocksdb::WriteOptions options;
    options.sync = true;
    if (!database_->Put(options, key, value_of_[caller]).ok()) std::abort();
  }

 private:
  const std::string value_;
  storage::TemporaryFolder folder_;
  std::unique_ptr<rocksdb::DB> database_;
  std::vector<std::string> value_of_ = std::vector<std::string>(kCallers);
  std::vector<AccountId> accounts_ = [] {
    std::vector<AccountId> ids;
    for (std::size_t i = 0; i < kCallers; ++i) ids.push_back(AccountId::make_random());
    return ids;
  }();
};

struct Row {
  const char* name;
  std::function<Cost()> run;
  Samples cpu = {};
  Samples rate = {};
  Samples ratio = {};  // Of CPU to the first row's of the same round.
};

int run(int rounds, double seconds) {
  OurWriter durable(storage::Durability::synced);
  OurWriter relaxed(storage::Durability::relaxed);
  measure(0.1, [&](std::size_t caller, std::uint32_t count) { durable.write(caller, count); });
  const auto bytes = durable.record_bytes();
  BareRocksDb bare(bytes);
  std::vector<Row> rows;
  rows.push_back({"RocksDB Put(sync), 16 threads", [&] {
                    return measure(seconds, [&](auto caller, auto n) { bare.write(caller, n); });
                  }});
  rows.push_back({"writer, durable, 16 threads", [&] {
                    return measure(seconds, [&](auto caller, auto n) { durable.write(caller, n); });
                  }});
  rows.push_back({"writer, durable, 16 callers without threads",
                  [&] { return durable.measure_without_threads(seconds); }});
  rows.push_back({"writer, relaxed, 16 threads", [&] {
                    return measure(seconds, [&](auto caller, auto n) { relaxed.write(caller, n); });
                  }});
  for (int round = 0; round < rounds; ++round) {
    for (auto& row : rows) {
      const auto cost = row.run();
      row.cpu.add(cost.cpu_us);
      row.rate.add(cost.rate);
      row.ratio.add(cost.cpu_us / rows.front().cpu.at(static_cast<std::size_t>(round)));
    }
  }
  std::printf("records of %zu bytes, %d rounds of %.1f s, medians (least to greatest)\n\n", bytes,
              rounds, seconds);
  std::printf("| %-44s | %-26s | %-22s | %s\n", "", "CPU us/write", "writes/s", "CPU ratio |");
  std::printf("|---|---|---|---|\n");
  for (const auto& row : rows) {
    std::printf("| %-44s | %-26s | %-22s | %s |\n", row.name, row.cpu.text().c_str(),
                row.rate.text("%.0f (%.0f to %.0f)").c_str(), row.ratio.text().c_str());
  }
  std::printf("\nrequests in one commit: %.1f durable, %.1f relaxed\n",
              durable.batches.requests_per_batch(), relaxed.batches.requests_per_batch());
  return 0;
}

}  // namespace
}  // namespace weike::bench

int main(int count, char** arguments) {
  return weike::bench::run(count > 1 ? std::atoi(arguments[1]) : 9,
                           count > 2 ? std::atof(arguments[2]) : 1.0);
}
