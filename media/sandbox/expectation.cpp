#include "media/sandbox/expectation.hpp"

#include "media/images/image_files.hpp"
#include "media/sandbox/check_plan.hpp"
#include "media/sandbox/frame.hpp"
#include "media/sandbox/sheet.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace weike::media {
namespace {

constexpr std::size_t kMaxInitBytes = std::size_t{64} << 10;
constexpr std::size_t kMaxImageBytes = std::size_t{4} << 20;
constexpr std::size_t kMaxPlaceholderBytes = 600;
constexpr int kMaxDepth = 16;
constexpr std::string_view kInit = "/init.mp4";

Error lie(const std::string& what) { return {ErrorCode::corrupt, "the child handed back " + what}; }

bool is_init_name(std::string_view name) {
  if (!name.ends_with(kInit)) return false;
  name.remove_suffix(kInit.size());
  return is_rendition(name, 'v') || is_rendition(name, 'a');
}

std::size_t size_limit(std::string_view name) {
  if (name.ends_with(".mp4")) return kMaxInitBytes;
  if (name.ends_with(".jpg") || name.ends_with(".webp")) return kMaxImageBytes;
  return kMaxOutputBytes;
}

std::set<std::string> outputs_of(const Task& task) {
  std::set<std::string> names;
  if (const auto* segments = std::get_if<SegmentsTask>(&task)) {
    for (const auto& rendition : segments->renditions) {
      for (auto number = segments->first_segment; number <= segments->last_segment; ++number) {
        names.insert(rendition + "/" + std::to_string(number) + ".m4s");
      }
    }
  }
  if (const auto* images = std::get_if<ImagesTask>(&task)) {
    const auto files = image_files(images->plan);
    names.insert(files.begin(), files.end());
  }
  return names;
}

bool is_placeholder(std::string_view text) {
  constexpr std::string_view kBegin = "data:image/jpeg;base64,";
  if (!text.starts_with(kBegin) || text.size() > kMaxPlaceholderBytes) return false;
  text.remove_prefix(kBegin.size());
  return std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '+' || c == '/' || c == '=';
  });
}

}  // namespace

Result<nlohmann::json> parse_report(std::string_view text) {
  bool is_too_deep = false;
  const auto watch = [&](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
    is_too_deep |= depth > kMaxDepth;
    return !is_too_deep;
  };
  auto json = nlohmann::json::parse(text, watch, false);
  if (is_too_deep || json.is_discarded() || !json.is_object()) return lie("a report that is none");
  return {boost::system::in_place_value, std::move(json)};
}

Expectation::Expectation(const Task& task) : task_(task), open_(outputs_of(task)) {}

Result<> Expectation::take_output(const std::string& name, std::size_t size_bytes) {
  const bool is_probe = std::holds_alternative<ProbeTask>(task_);
  const bool is_known =
      is_probe ? is_init_name(name) && seen_.size() < 2 * kMaxRungs : open_.erase(name) == 1;
  if (!is_known || !seen_.insert(name).second) return lie("a file nobody asked for");
  if (size_bytes == 0 || size_bytes > size_limit(name)) return lie("a file of an absurd size");
  return {};
}

Result<Expectation::Notes> Expectation::take_notes(const std::string& name,
                                                   std::string_view text) const {
  if (!open_.contains(name + ".m4s")) return lie("notes on a segment nobody asked for");
  const auto report = parse_report(text);
  if (!report) return report.error();
  const auto slash = name.find('/');
  Notes notes{name.substr(0, slash), 0, {}};
  std::from_chars(name.data() + slash + 1, name.data() + name.size(), notes.number);
  try {
    report->get_to(notes.observation);
  } catch (const nlohmann::json::exception&) {
    return lie("notes that are none");
  }
  const Plan& plan = std::get<SegmentsTask>(task_).plan;  // No other task has segments.
  if (notes.number >= plan.segments.size() ||
      !is_plausible(notes.observation, plan, plan.segments[notes.number]))
    return lie("absurd notes");
  return notes;
}

Result<nlohmann::json> Expectation::take_result(std::string_view text) const {
  auto result = parse_report(text);
  if (!result) return result.error();
  if (!open_.empty()) return lie("a result before " + *open_.begin());
  Result<> sound;
  if (std::holds_alternative<ProbeTask>(task_)) sound = check_probe(*result);
  if (std::holds_alternative<SegmentsTask>(task_)) sound = check_segments(*result);
  if (std::holds_alternative<GlanceTask>(task_)) sound = check_glance(*result);
  if (std::holds_alternative<ImagesTask>(task_)) sound = check_images(*result);
  if (!sound) return sound.error();
  return result;
}

Result<> Expectation::check_probe(const nlohmann::json& result) const {
  const auto& task = std::get<ProbeTask>(task_);
  try {
    if (const auto rejected = result.find("rejected"); rejected != result.end()) {
      rejected->at("code").get_ref<const std::string&>();
      return {};
    }
    const auto plan = result.at("plan").get<Plan>();
    if (plan.source_sha256 != task.source_sha256) return lie("a plan for another source");
    if (plan.trim != task.trim) return lie("a plan for another part of the source");
    if (!is_sheet(result.at("verdict"))) return lie("a verdict with foreign words");
    if (auto sound = check_plan(plan, task.limits); !sound) return sound;
    const auto has_init = [&](const auto& rung) {
      return seen_.contains(rung.name + std::string(kInit));
    };
    const auto pictures = picture_rungs(plan);
    const bool has_all = std::all_of(pictures.begin(), pictures.end(),
                                     [&](const auto* rung) { return has_init(*rung); }) &&
                         std::all_of(plan.audio.begin(), plan.audio.end(), has_init);
    if (!has_all || seen_.size() != pictures.size() + plan.audio.size()) {
      return lie("init segments that are not the plan's");
    }
  } catch (const nlohmann::json::exception&) {
    return lie("a plan that is none");
  }
  return {};
}

Result<> Expectation::check_segments(const nlohmann::json& result) const {
  const auto& task = std::get<SegmentsTask>(task_);
  std::int64_t planned = 0;
  for (const auto& segment : task.plan.segments) {
    const bool is_asked_for =
        segment.number >= task.first_segment && segment.number <= task.last_segment;
    if (is_asked_for) planned += segment.frame_count;
  }
  for (const char* key : {"frames", "damaged_frames"}) {
    const auto found = result.find(key);
    if (found == result.end() || !found->is_number_integer()) return lie("frames without a number");
    const auto count = found->get<std::int64_t>();
    if (count < 0 || count > planned) return lie("an absurd number of frames");
  }
  return {};
}

Result<> Expectation::check_glance(const nlohmann::json& result) const {
  const auto rejected = result.find("rejected");
  const auto sheet = result.find("sheet");
  if (sheet != result.end() && !is_sheet(*sheet)) return lie("a sheet with foreign words");
  if (rejected != result.end() &&
      !(rejected->is_object() && rejected->contains("code") && rejected->at("code").is_string())) {
    return lie("a rejection without a cause");
  }
  return {};
}

// The placeholders go into pages as they are: nothing but the base64 of a picture.
Result<> Expectation::check_images(const nlohmann::json& result) const {
  const auto found = result.find("placeholders");
  if (found == result.end() || !found->is_array() || found->size() != kCoverCandidates) {
    return lie("no placeholders");
  }
  const bool are_pictures = std::all_of(found->begin(), found->end(), [](const auto& each) {
    return each.is_string() && is_placeholder(each.template get_ref<const std::string&>());
  });
  return are_pictures ? Result<>() : Result<>(lie("a placeholder that is none"));
}

}  // namespace weike::media
