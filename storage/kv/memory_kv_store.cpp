#include "storage/kv/memory_kv_store.hpp"

#include "storage/kv/memory_engine.hpp"
#include "storage/kv/optimistic_store.hpp"

namespace weike::storage {

MemoryKvStore::MemoryKvStore()
    : store_(std::make_unique<OptimisticStore>(std::make_unique<MemoryEngine>())) {}

MemoryKvStore::~MemoryKvStore() = default;

Result<> MemoryKvStore::transact(const TransactionBody& body) { return store_->transact(body); }

Result<> MemoryKvStore::transact_relaxed(const TransactionBody& body) {
  return store_->transact_relaxed(body);
}

Result<> MemoryKvStore::sync() { return store_->sync(); }

Result<> MemoryKvStore::read(const TransactionBody& body) { return store_->read(body); }

}  // namespace weike::storage
