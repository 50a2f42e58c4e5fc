#pragma once

#include "storage/kv/kv_store.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace weike::feed {

// What the store keeps of one list beside its cards: 8 bytes of version, then `first` (stores of
// old versions have none).
struct ListRecord {
  std::uint64_t version = 0;  // One more with every commit that changes the list.
  // A place of the list's order in front of which no card lies; mostly the newest card's own. Pages
  // begin here, so that withdrawn cards in front of it cost nothing. Empty: not known.
  std::string first;

  std::string encode() const;
  // Without a record: version 0, and `first` not known.
  static ListRecord decode(std::string_view bytes);
};

// The cards of a list, newest first, from `begin`, which is a place in its order.
storage::KeyRange cards_from(const storage::KeyRange& list, std::string_view begin);

// After the card at `place` was put into `list`.
Result<> note_put(storage::Transaction& transaction, const storage::KeyRange& list,
                  std::string_view place, ListRecord& record);
// After the card at `place` was taken out of `list`, if it was there.
Result<> note_removed(storage::Transaction& transaction, const storage::KeyRange& list,
                      std::string_view place, ListRecord& record);

}  // namespace weike::feed
