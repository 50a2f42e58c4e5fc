#pragma once

#include "storage/kv/kv_store.hpp"

#include <memory>

namespace weike::storage {

// Keeps everything in memory, for tests: the same rules as every engine, gone with the object.
class MemoryKvStore final : public KvStore {
 public:
  MemoryKvStore();
  ~MemoryKvStore() override;

  Result<> transact(const TransactionBody& body) override;
  Result<> transact_relaxed(const TransactionBody& body) override;
  Result<> sync() override;
  Result<> read(const TransactionBody& body) override;

 private:
  std::unique_ptr<KvStore> store_;
};

}  // namespace weike::storage
