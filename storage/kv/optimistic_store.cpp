#include "storage/kv/optimistic_store.hpp"

#include "storage/kv/optimistic_transaction.hpp"

namespace weike::storage {
namespace {

using Access = OptimisticTransaction::Access;

// So often a body is run beside others; after that it gets the store for itself, so that no
// transaction starves on a busy key.
constexpr int kSharedAttempts = 6;
// With the store for itself a body can conflict only with commits made inside of it.
constexpr int kExclusiveAttempts = 3;

}  // namespace

OptimisticStore::OptimisticStore(std::unique_ptr<Engine> engine)
    : engine_(std::move(engine)), commits_(*engine_) {}

Result<> OptimisticStore::transact(const TransactionBody& body) {
  return run(body, Durability::synced);
}

Result<> OptimisticStore::transact_relaxed(const TransactionBody& body) {
  return run(body, Durability::relaxed);
}

Result<> OptimisticStore::sync() { return engine_->sync(); }

Result<> OptimisticStore::run(const TransactionBody& body, Durability durability) {
  for (int i = 0; i < kSharedAttempts; ++i) {
    const auto outcome = attempt(body, durability);
    if (!outcome) return outcome.error();
    if (*outcome == GroupCommit::Outcome::committed) return {};
  }
  const GroupCommit::Exclusive exclusive(commits_);
  for (int i = 0; i < kExclusiveAttempts; ++i) {
    const auto outcome = attempt(body, durability);
    if (!outcome) return outcome.error();
    if (*outcome == GroupCommit::Outcome::committed) return {};
  }
  return Error{ErrorCode::unavailable, "the transaction conflicts again and again"};
}

Result<GroupCommit::Outcome> OptimisticStore::attempt(const TransactionBody& body,
                                                      Durability durability) {
  // In this order: the snapshot may hold more than `begin` says, which costs a retry, but not less.
  const auto begin = commits_.latest();
  OptimisticTransaction transaction(engine_->snapshot(), Access::read_write);
  if (const auto ran = body(transaction); !ran) return ran.error();
  // What a snapshot shows was true at one moment: without writes there is nothing to validate.
  if (transaction.changes().empty()) return GroupCommit::Outcome::committed;
  transaction.drop_snapshot();
  return commits_.commit(transaction.reads(), transaction.changes(), begin, durability);
}

Result<> OptimisticStore::read(const TransactionBody& body) {
  OptimisticTransaction transaction(engine_->snapshot(), Access::read_only);
  return body(transaction);
}

}  // namespace weike::storage
