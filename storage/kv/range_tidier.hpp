#pragma once

#include <rocksdb/db.h>

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace weike::storage {

// Erased keys stay in a RocksDB as tombstones until a compaction meets them, and a scan walks over
// each: 100,000 of them at the head of a list cost 20 ms for every page. Scans tell this where they
// met many, and a thread of its own compacts just those ranges, one after the other, and rests in
// between. Private to the RocksDB engine. Threads may share it.
class RangeTidier {
 public:
  // `database` outlives it.
  explicit RangeTidier(rocksdb::DB& database);
  // Breaks off the compaction that runs.
  ~RangeTidier();

  // Compacts [begin, end] soon. Never blocks for long; what does not fit into the list of wishes is
  // asked for again by the next scan.
  void ask(std::string_view begin, std::string_view end);

 private:
  void run();
  void tidy(const std::string& begin, const std::string& end);

  rocksdb::DB& database_;
  std::atomic<bool> must_stop_ = false;
  std::mutex mutex_;  // Guards what follows.
  std::condition_variable changed_;
  std::map<std::string, std::string> wishes_;  // The end by the begin.
  std::thread thread_;
};

}  // namespace weike::storage
