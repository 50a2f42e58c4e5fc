#pragma once

#include "api/assets/asset_service.hpp"
#include "api/events/event_bus.hpp"
#include "api/lessons/content_rules.hpp"
#include "api/playback/media_gate.hpp"
#include "model/lesson.hpp"
#include "model/role.hpp"
#include "model/time.hpp"
#include "storage/kv/kv_store.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weike::lessons {

struct LessonOptions {
  ContentLimits limits;
  std::vector<Channel> channels = default_channels();
  // Lessons that may name one asset: bounds what a recall has to rewrite.
  std::size_t lessons_per_asset = 100;
};

enum class LessonScope {
  mine,      // Own lessons, newest first.
  review,    // Waiting for a reviewer, longest first. Role reviewer.
  approved,  // Waiting to be published, longest first: a curator's all, a publisher's own.
  live,      // Shown to members or recalled, newest publication first. Role curator.
};
std::optional<LessonScope> lesson_scope_of(std::string_view name);

struct LessonPage {
  std::vector<Lesson> items;
  std::optional<std::string> next;  // Where the next page starts; opaque bytes.
};

// Says whether a change made for this revision may go on; empty: any.
using RevisionCheck = std::function<bool(std::uint32_t revision)>;

// How lessons are written: drafts and new versions of live ones. What happens to a version from its
// submission on is ReviewService's. Threads may share it.
class LessonService {
 public:
  LessonService(storage::KvStore& store, assets::AssetService& assets, events::EventBus& events,
                playback::MediaGate& gate, const Clock& clock, LessonOptions options = {});

  // A draft of the viewer, who needs role publisher and owns the asset. `invalid_argument` naming
  // the field; reason unknown_asset when there is no such asset of this owner.
  Result<Lesson> create(const Viewer& viewer, const ContentPatch& content);

  // The owner's change. A draft changes in place. A submitted or approved version goes back to
  // draft, which the decision log keeps ("edited"); a decision about what was submitted then fails.
  // A live version stays as it is and gets a successor in draft. Another cut of the same video
  // keeps captions and chapters as far as they fall into it, unless the patch names others. A patch
  // that changes nothing does nothing. `not_found`, `forbidden`, `invalid_argument`;
  // `precondition_failed` if `check` says no.
  Result<Lesson> edit(const Viewer& viewer, LessonId id, const ContentPatch& patch,
                      const RevisionCheck& check = {});

  // `not_found` for whoever may see no version of it; `gone`, reason lesson_recalled, for whoever
  // might have seen it before.
  Result<Lesson> find(const Viewer& viewer, LessonId id);

  // `forbidden` without the role. `limit` is at most 50; `after` is a former page's `next`.
  Result<LessonPage> list(const Viewer& viewer, LessonScope scope, std::string_view after,
                          std::size_t limit);

  // The owner deletes what never was live or is recalled; its asset goes too if no other lesson
  // names it. `conflict`, reason lesson_is_live, otherwise.
  Result<> erase(const Viewer& viewer, LessonId id, const RevisionCheck& check = {});

  const LessonOptions& options() const { return options_; }

 private:
  Result<> check_asset(storage::Transaction& transaction, AccountId owner, AssetId asset);
  Result<> keep_marks(storage::Transaction& transaction, const LessonContent& before,
                      const ContentPatch& patch, LessonContent& after);
  Result<> check_marks(storage::Transaction& transaction, const LessonContent& before,
                       const LessonContent& after);

  storage::KvStore& store_;
  assets::AssetService& assets_;
  events::EventBus& events_;
  playback::MediaGate& gate_;
  const Clock& clock_;
  const LessonOptions options_;
};

// May the viewer see the whole lesson: its owner, reviewers from the submission on, and curators of
// its unit once it was live.
bool may_oversee(const Viewer& viewer, const Lesson& lesson);

}  // namespace weike::lessons
