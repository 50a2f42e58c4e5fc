#include "api/feed/list_record.hpp"

#include "storage/records/keys.hpp"

#include <utility>

namespace weike::feed {
namespace {

constexpr std::size_t kVersionBytes = 8;
// The place of a list's end: behind every time and every id.
const std::string kEnd(24, '\xff');

// The place of the first card from `begin` on, or the end's.
Result<std::string> find_first(storage::Transaction& transaction, const storage::KeyRange& list,
                               std::string_view begin) {
  auto entries = transaction.scan(cards_from(list, begin), 1);
  // Too many withdrawn cards lie behind `begin` to be walked over at once: it stays right, and the
  // caller must not fail for it.
  if (!entries && entries.error().code == ErrorCode::unavailable) return std::string(begin);
  if (!entries) return entries.error();
  return entries->empty() ? kEnd : entries->front().key.substr(list.begin.size());
}

}  // namespace

std::string ListRecord::encode() const { return storage::keys::big_endian(version) + first; }

ListRecord ListRecord::decode(std::string_view bytes) {
  if (bytes.size() < kVersionBytes) return {};
  return {storage::keys::from_big_endian(bytes.substr(0, kVersionBytes)),
          std::string(bytes.substr(kVersionBytes))};
}

storage::KeyRange cards_from(const storage::KeyRange& list, std::string_view begin) {
  return {list.begin + std::string(begin), list.end};
}

Result<> note_put(storage::Transaction& transaction, const storage::KeyRange& list,
                  std::string_view place, ListRecord& record) {
  if (!record.first.empty()) {
    if (place < record.first) record.first = place;
    return {};
  }
  auto first = find_first(transaction, list, "");
  if (!first) return first.error();
  record.first = std::move(*first);
  return {};
}

Result<> note_removed(storage::Transaction& transaction, const storage::KeyRange& list,
                      std::string_view place, ListRecord& record) {
  if (!record.first.empty() && record.first != place) return {};
  auto first = find_first(transaction, list, record.first);
  if (!first) return first.error();
  record.first = std::move(*first);
  return {};
}

}  // namespace weike::feed
