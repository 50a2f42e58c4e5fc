#pragma once

#include "api/assets/asset_service.hpp"
#include "api/events/event_bus.hpp"
#include "api/feed/feed_publisher.hpp"
#include "api/playback/media_gate.hpp"
#include "api/review/decision_log.hpp"
#include "model/lesson.hpp"
#include "model/role.hpp"
#include "model/time.hpp"
#include "storage/kv/kv_store.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weike::review {

struct ReviewOptions {
  std::size_t max_reason_characters = 500;
  // Entries of one lesson's list of decisions.
  std::size_t max_listed_decisions = 500;
};

// From the submission of a version to its life before members and its recall. Every step is one
// transaction with its entry in the decision log, its feed cards and the epoch of its media links.
// Who may not even see the lesson gets `not_found`. Threads may share it.
class ReviewService {
 public:
  ReviewService(storage::KvStore& store, assets::AssetService& assets, feed::FeedPublisher& feed,
                playback::MediaGate& gate, events::EventBus& events, const Clock& clock,
                ReviewOptions options = {});

  // The owner gives a draft to review. `conflict`: not_a_draft, asset_not_playable.
  Result<Lesson> submit(const Viewer& viewer, LessonId id);

  // A reviewer of the unit decides about what was submitted; never about an own submission, also
  // not as administrator (`forbidden`, reason own_submission). `conflict`, reason not_in_review;
  // `precondition_failed`, reason stale_manifest, if `manifest_sha256` is given and something else
  // is under review by now.
  Result<Lesson> approve(const Viewer& viewer, LessonId id,
                         const std::optional<std::string>& manifest_sha256);
  // Back to draft, with a reason of 1 to 500 characters.
  Result<Lesson> return_to_draft(const Viewer& viewer, LessonId id, std::string_view reason,
                                 const std::optional<std::string>& manifest_sha256);

  // The owner or a curator brings the approved version before the members, or puts a recalled
  // lesson back. What somebody else recalled its owner can not put back alone (`forbidden`, reason
  // recalled_by_curator) but by a newly approved version. `conflict`: not_approved,
  // asset_not_publishable.
  Result<Lesson> publish(const Viewer& viewer, LessonId id);

  // The owner or a curator takes a live lesson away: it leaves the feed and its media links stop.
  // `conflict`, reason lesson_not_live.
  Result<Lesson> recall(const Viewer& viewer, LessonId id, std::string_view reason);

  // For the owner, reviewers and curators; oldest first.
  Result<std::vector<Decision>> decisions(const Viewer& viewer, LessonId id);

 private:
  // What a step changes besides the lesson, told to others after the commit.
  struct Effects {
    std::vector<feed::ListVersion> feed_lists;
    std::optional<Asset> raised;
  };
  struct Step {
    Verdict verdict = Verdict::submitted;
    std::string reason;
    std::uint32_t version = 0;  // What it was about.
    std::string manifest_sha256;

    static Step about(const LessonVersion& version, Verdict verdict, std::string reason = {});
  };
  struct PlanHash {
    AssetId asset;
    std::string sha256;  // Empty while there is no plan.
  };
  using Change = std::function<Result<Step>(storage::Transaction&, Lesson&, Effects&)>;

  // Loads the lesson, lets `change` work on it, stores it and its decision, and tells the others.
  Result<Lesson> take_step(const Viewer& viewer, LessonId id, const Change& change);
  Result<Lesson> decide(const Viewer& viewer, LessonId id, Verdict verdict, std::string reason,
                        const std::optional<std::string>& manifest_sha256);
  Result<> go_live(storage::Transaction& transaction, const Lesson& before, Lesson& lesson,
                   Effects& effects);
  Result<> end_links(storage::Transaction& transaction, AssetId asset, Effects& effects);
  Result<PlanHash> hash_plan(const Viewer& viewer, LessonId id);
  Result<> check_reason(std::string_view reason) const;

  storage::KvStore& store_;
  assets::AssetService& assets_;
  feed::FeedPublisher& feed_;
  playback::MediaGate& gate_;
  events::EventBus& events_;
  const Clock& clock_;
  const ReviewOptions options_;
};

}  // namespace weike::review
