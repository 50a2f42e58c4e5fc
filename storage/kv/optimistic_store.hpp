#pragma once

#include "storage/kv/engine.hpp"
#include "storage/kv/group_commit.hpp"

#include <memory>

namespace weike::storage {

// Serializable transactions over any engine: a body runs on a snapshot without locks; at its commit
// all that it read is validated against the commits since then. Threads may share it.
class OptimisticStore final : public KvStore {
 public:
  explicit OptimisticStore(std::unique_ptr<Engine> engine);

  Result<> transact(const TransactionBody& body) override;
  Result<> transact_relaxed(const TransactionBody& body) override;
  Result<> sync() override;
  Result<> read(const TransactionBody& body) override;

 private:
  Result<> run(const TransactionBody& body, Durability durability);
  Result<GroupCommit::Outcome> attempt(const TransactionBody& body, Durability durability);

  std::unique_ptr<Engine> engine_;
  GroupCommit commits_;
};

}  // namespace weike::storage
