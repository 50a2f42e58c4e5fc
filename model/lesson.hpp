#pragma once

#include "model/audience.hpp"
#include "model/id.hpp"
#include "model/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace weike {

enum class LessonKind { micro_lesson, exemplary_member, model_worker, news };

// The life of a version. `returned` is `draft` with a reason; `scheduled` and `archived` join with
// curation.
enum class VersionState { draft, in_review, approved, live };

// A mark in a video where something new begins.
struct Chapter {
  std::uint32_t at_ms = 0;
  std::string title;  // 1 to 80 characters.
  bool operator==(const Chapter&) const = default;
};

// What a reviewer decides about and a member sees.
struct LessonContent {
  std::string title;    // 1 to 80 characters.
  std::string summary;  // Up to 500 characters.
  LessonKind kind = LessonKind::micro_lesson;
  AssetId asset;
  Audience audience = Audience::members;
  std::string channel;                // Id of a configured channel; empty for none.
  std::vector<std::string> tags;      // Up to 20.
  std::string person;                 // The person shown, "" for none.
  std::string teacher;                // "" for none.
  std::uint32_t cover = 1;            // Which of the three candidates for the cover, 1 to 3.
  std::vector<std::string> captions;  // Ids of the asset's captions, in the order of the menu.
  std::vector<Chapter> chapters;      // By time, none at the same.
  bool operator==(const LessonContent&) const = default;
};

struct LessonVersion {
  std::uint32_t number = 1;
  VersionState state = VersionState::draft;
  LessonContent content;
  std::string return_reason;    // Of the last return; empty if none.
  std::string manifest_sha256;  // What was submitted; a decision is bound to it. Empty for a draft.
};

// A lesson has one version that is being worked on and at most one that members see. They are the
// same version while nothing was changed since it went live. Stored; versioned JSON.
struct Lesson {
  LessonId id;
  AccountId owner;
  UnitId unit;
  LessonVersion working;
  std::optional<LessonVersion> live;  // Stays while it is recalled.
  bool is_recalled = false;
  std::string recall_reason;
  AccountId recalled_by;  // Nil unless it is recalled.
  // When it first went live. Orders the feed and never changes, so that a page turned meanwhile
  // neither repeats nor misses a lesson that gets a new version.
  Timestamp published_at{};
  Timestamp created_at{};
  Timestamp updated_at{};
  std::uint32_t revision = 1;  // Raised by every change; the ETag.

  bool is_live() const { return live.has_value() && !is_recalled; }
};

}  // namespace weike
