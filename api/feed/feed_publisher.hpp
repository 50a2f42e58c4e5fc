#pragma once

#include "api/feed/feed_versions.hpp"
#include "api/feed/list_record.hpp"
#include "model/asset.hpp"
#include "model/lesson.hpp"
#include "storage/kv/kv_store.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace weike::feed {

// What the write path puts into the feed and takes out of it, inside the caller's transaction. The
// caller collects the raised versions in `changed` and tells them to `committed` after its commit.
// Threads may share it.
class FeedPublisher {
 public:
  using UnitName = std::function<std::string(UnitId)>;

  FeedPublisher(storage::KvStore& store, FeedVersions& versions, UnitName unit_name);

  // Makes the feed show the live version of `lesson`. `asset` is that version's.
  Result<> put(storage::Transaction& transaction, const Lesson& lesson, const Asset& asset,
               std::vector<ListVersion>& changed);
  // Takes out what `put` put in for `lesson` as it was then. Absent cards are no error.
  Result<> remove(storage::Transaction& transaction, const Lesson& lesson,
                  std::vector<ListVersion>& changed);
  // Writes the cards of all live lessons with `asset` anew: its epoch was raised, or it is
  // finished.
  Result<> rewrite(storage::Transaction& transaction, const Asset& asset,
                   std::vector<ListVersion>& changed);
  void committed(const std::vector<ListVersion>& changed) { versions_.raise(changed); }

  // Lessons may be published before all renditions and the posters are there: brings the cards of
  // those whose asset was finished since up to date. Call it on a timer of some seconds.
  void refresh_unfinished();

 private:
  using Note = Result<> (*)(storage::Transaction& transaction, const storage::KeyRange& list,
                            std::string_view place, ListRecord& record);
  // Raises the version of `list` and brings its record up to date with what was done to the card
  // at `key`.
  Result<> note(storage::Transaction& transaction, const FeedList& list, std::string_view key,
                Note what, std::vector<ListVersion>& changed);
  Result<> refresh(LessonId lesson);

  storage::KvStore& store_;
  FeedVersions& versions_;
  UnitName unit_name_;
};

}  // namespace weike::feed
