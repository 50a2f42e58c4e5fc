#include "api/learning/watch_record.hpp"

#include "model/json.hpp"
#include "storage/records/keys.hpp"
#include "storage/records/record.hpp"

#include <algorithm>
#include <utility>

namespace weike::learning {
namespace {

// Of one lesson; the oldest is dropped beyond it.
constexpr std::size_t kMaxFormer = 16;
// One member, one video. Players send whole stretches; only nonsense comes near.
constexpr std::size_t kMaxStretches = 4'000;

nlohmann::json video_json(const WatchedVideo& video) {
  return {{"asset", video.asset}, {"duration_ms", video.duration_ms}, {"ranges", video.ranges}};
}

void append(std::string& text, const WatchedVideo& video) {
  text.append(R"({"asset":")").append(video.asset.text());
  text.append(R"(","duration_ms":)").append(std::to_string(video.duration_ms));
  text.append(R"(,"ranges":[)");
  for (const auto& range : video.ranges.ranges()) {
    if (!text.ends_with('[')) text.push_back(',');
    text.append("[").append(std::to_string(range.begin_ms));
    text.append(",").append(std::to_string(range.end_ms)).append("]");
  }
  text.append("]}");
}

WatchedVideo video_of(const nlohmann::json& json) {
  return {json.at("asset").get<AssetId>(), json.at("duration_ms").get<std::uint32_t>(),
          json.at("ranges").get<WatchRanges>()};
}

}  // namespace

void WatchRecord::turn_to(AssetId asset, std::uint32_t duration_ms) {
  if (video.asset != asset) {
    WatchedVideo next{asset, duration_ms, {}};
    const auto known = std::find_if(former.begin(), former.end(),
                                    [&](const WatchedVideo& one) { return one.asset == asset; });
    if (known != former.end()) {
      next.ranges = std::move(known->ranges);
      former.erase(known);
    }
    if (video.ranges.total_ms() > 0) former.push_back(std::move(video));
    if (former.size() > kMaxFormer) former.erase(former.begin());
    video = std::move(next);
    resume_ms = 0;
  }
  video.duration_ms = duration_ms;
}

void WatchRecord::add(const std::vector<WatchRange>& ranges, Timestamp at) {
  for (auto range : ranges) {
    range.end_ms = std::min(range.end_ms, video.duration_ms);
    if (video.ranges.ranges().size() < kMaxStretches) video.ranges.add(range);
  }
  if (ranges.empty() || at < resume_at) return;
  const auto place = std::min(ranges.back().end_ms, video.duration_ms);
  // Two devices at the same instant: the farther one, whoever reports first.
  resume_ms = at == resume_at ? std::max(resume_ms, place) : place;
  resume_at = at;
}

std::uint32_t WatchRecord::percent() const {
  if (video.duration_ms == 0) return 0;
  const auto percent = watched_ms() * 100 / video.duration_ms;
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(percent, 100));
}

void to_json(nlohmann::json& json, const WatchRecord& record) {
  json = {{"version", 1},
          {"lesson", record.lesson},
          {"video", video_json(record.video)},
          {"resume_ms", record.resume_ms},
          {"resume_at", to_epoch_ms(record.resume_at)},
          {"updated_at", to_epoch_ms(record.updated_at)}};
  auto& former = json["former"] = nlohmann::json::array();
  for (const auto& video : record.former) former.push_back(video_json(video));
}

std::string encode(const WatchRecord& record) {
  std::string text;
  text.reserve(512);
  text.append(R"({"former":[)");
  for (const auto& video : record.former) {
    if (!text.ends_with('[')) text.push_back(',');
    append(text, video);
  }
  text.append(R"(],"lesson":")").append(record.lesson.text());
  text.append(R"(","resume_at":)").append(std::to_string(to_epoch_ms(record.resume_at)));
  text.append(R"(,"resume_ms":)").append(std::to_string(record.resume_ms));
  text.append(R"(,"updated_at":)").append(std::to_string(to_epoch_ms(record.updated_at)));
  text.append(R"(,"version":1,"video":)");
  append(text, record.video);
  text.push_back('}');
  return text;
}

void from_json(const nlohmann::json& json, WatchRecord& record) {
  record = WatchRecord{};
  record.lesson = json.at("lesson").get<LessonId>();
  record.video = video_of(json.at("video"));
  for (const auto& video : json.value("former", nlohmann::json::array()))
    record.former.push_back(video_of(video));
  record.resume_ms = json.value("resume_ms", 0U);
  record.resume_at = from_epoch_ms(json.value("resume_at", std::int64_t{0}));
  record.updated_at = from_epoch_ms(json.value("updated_at", std::int64_t{0}));
}

Result<std::optional<WatchRecord>> load_watch(storage::Transaction& transaction, AccountId account,
                                              LessonId lesson) {
  return storage::load<WatchRecord>(transaction, storage::keys::watch(account, lesson));
}

}  // namespace weike::learning
