#pragma once

#include "storage/kv/engine.hpp"
#include "storage/kv/footprint.hpp"

#include <memory>

namespace weike::storage {

// A transaction on a snapshot: writes are kept aside, reads are remembered. It belongs to one
// thread.
class OptimisticTransaction final : public Transaction {
 public:
  enum class Access { read_write, read_only };

  OptimisticTransaction(std::unique_ptr<Snapshot> snapshot, Access access)
      : snapshot_(std::move(snapshot)), access_(access) {}

  Result<std::optional<std::string>> get(std::string_view key) override;
  Result<> put(std::string_view key, std::string_view value) override;
  Result<> erase(std::string_view key) override;
  Result<std::vector<KeyValue>> scan(const KeyRange& range, std::size_t limit,
                                     ScanDirection direction) override;

  const Footprint& reads() const { return reads_; }
  const Changes& changes() const { return changes_; }
  // The snapshot is of no use once the body has run; engines keep old values as long as it lives.
  void drop_snapshot() { snapshot_.reset(); }

 private:
  Result<> check_write(std::string_view key) const;

  std::unique_ptr<Snapshot> snapshot_;
  Access access_;
  Footprint reads_;
  Changes changes_;
};

}  // namespace weike::storage
