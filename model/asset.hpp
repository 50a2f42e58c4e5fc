#pragma once

#include "model/id.hpp"
#include "model/time.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weike {

// receiving -> queued -> probing -> transcoding -> ready, or rejected (the input is at fault,
// final) or failed (ours; after three automatic tries, then retried by its owner).
enum class AssetState { receiving, queued, probing, transcoding, ready, rejected, failed };

// Why an asset was rejected or failed: a word of the table in `model/cause.hpp`, which holds the
// title and the hint in zh and en.
struct AssetCause {
  std::string code;  // "unsupported_container", "no_video", "frame_too_large", "child_crashed" ...
  std::string detail;  // For the log and the operator, English, no outside bytes unescaped.
  bool operator==(const AssetCause&) const = default;
};

// The part of the source that an asset shows, in milliseconds after the source's first frame.
struct AssetTrim {
  std::int64_t in_ms = 0;
  std::int64_t out_ms = 0;
  bool operator==(const AssetTrim&) const = default;
};

// How far the segments of one rendition are.
struct RenditionProgress {
  std::string name;        // "v360", "a128".
  std::uint32_t done = 0;  // Segments that are durable at their final name.
  std::uint32_t total = 0;
  std::uint64_t size_bytes = 0;  // Of the finished ones.
  // Measured when the asset becomes ready, 0 before; bits per second.
  std::int64_t peak_bps = 0;
  std::int64_t average_bps = 0;
  std::int64_t iframe_peak_bps = 0;  // Of its I-frame playlist; 0 for sound.
  std::int64_t iframe_average_bps = 0;
  bool is_complete() const { return total > 0 && done == total; }
};

// Captions of an asset; their WebVTT is the blob "captions/{id}.vtt" of the asset. A language, a
// label and a text that differ give another id, so what an id stands for never changes.
struct Captions {
  std::string id;        // 12 lower-case hex digits.
  std::string language;  // BCP 47: "zh-CN".
  std::string label;     // As a player's menu shows it.
  std::uint32_t cues = 0;
  // In a trimmed asset: the id that these captions have in the asset they came to as a file; it
  // stays the same from trim to trim. Empty: they came to this one.
  std::string of = {};
  bool operator==(const Captions&) const = default;
};

// The video of one lesson version, from the last byte of its upload on. Stored; versioned JSON.
struct Asset {
  AssetId id;
  AccountId owner;
  UnitId unit;
  AssetState state = AssetState::queued;
  // "queued", "probe", "video_360p", "renditions", "images", "finalise", "done".
  std::string stage;
  std::uint32_t percent = 0;    // 0 to 100 over the whole work; never goes back.
  bool is_playable = false;     // The plan stands and the first segments are durable.
  bool is_publishable = false;  // 360p and audio are complete.
  std::optional<AssetCause> cause;
  std::uint32_t attempts = 0;  // Automatic tries that were used up.
  std::string source_blob;     // Name in the blob store. Assets cut from one another share it.
  std::string source_sha256;   // Lower-case hex; empty until its job has begun.
  std::uint64_t source_bytes = 0;
  std::string file_name;          // As the publisher's device named it; show escaped.
  std::optional<AssetTrim> trim;  // Nothing: the whole source.
  // Known after the probe.
  std::uint32_t duration_ms = 0;
  std::uint32_t width = 0;  // Of the top rung, upright.
  std::uint32_t height = 0;
  bool has_audio = false;
  std::vector<RenditionProgress> renditions;
  std::vector<Captions> captions;    // In the order they came.
  nlohmann::json verdict = nullptr;  // The technical verdict sheet as the API shows it.
  // Tiny pictures as data: URIs, shown before the poster: one for each candidate. Empty before
  // `ready`.
  std::vector<std::string> placeholders;
  bool has_plan = false;    // The plan itself lies in the blob store, written once.
  std::uint32_t epoch = 0;  // Raised by a recall: media URLs signed before it stop working.
  Timestamp created_at{};
  Timestamp updated_at{};

  // Of one of the candidates for the cover, 1 to 3; empty while there is none.
  std::string_view placeholder(std::uint32_t candidate) const {
    const bool is_there = candidate >= 1 && candidate <= placeholders.size();
    return is_there ? std::string_view(placeholders[candidate - 1]) : std::string_view();
  }
};

}  // namespace weike
