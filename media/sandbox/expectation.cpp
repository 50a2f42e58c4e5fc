#include "media/sandbox/expectation.hpp"

#include "media/images/image_files.hpp"
#include "media/sandbox/frame.hpp"
#include "media/sandbox/sheet.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace weike::media {
namespace {

constexpr std::size_t kMaxInitBytes = std::size_t{64} << 10;
constexpr std::size_t kMaxImageBytes = std::size_t{4} << 20;
constexpr std::size_t kMaxRungs = 8;
constexpr std::size_t kMaxPlaceholderBytes = 600;
constexpr int kMaxDepth = 16;
constexpr std::string_view kInit = "/init.mp4";

Error lie(std::string what) { return {ErrorCode::corrupt, "the child handed back " + what}; }

// 'v' or 'a' and two to four digits; the other kinds of rung have a tail.
bool is_rendition(std::string_view name, char kind) {
  for (const std::string_view tail : {"-source", "-av1"}) {
    if (kind == 'v' && name.ends_with(tail)) name.remove_suffix(tail.size());
  }
  return name.size() >= 3 && name.size() <= 5 && name.front() == kind &&
         std::all_of(name.begin() + 1, name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

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

template <class Rungs>
bool are_named(const Rungs& rungs, char kind) {
  std::set<std::string> names;
  for (const auto& rung : rungs) {
    if (!is_rendition(rung.name, kind) || !names.insert(rung.name).second) return false;
  }
  return rungs.size() <= kMaxRungs;
}

// All renditions with pictures, of whatever kind.
std::vector<const VideoRung*> picture_rungs(const Plan& plan) {
  std::vector<const VideoRung*> rungs;
  for (const VideoRung& rung : plan.video) rungs.push_back(&rung);
  if (plan.copied) rungs.push_back(&*plan.copied);
  if (plan.background) rungs.push_back(&*plan.background);
  return rungs;
}

bool has_only(std::string_view text, std::size_t longest, bool (*is_allowed)(char)) {
  return text.size() <= longest && std::all_of(text.begin(), text.end(), is_allowed);
}

// What playlists and pages take over as it is.
bool are_words_sound(const Plan& plan) {
  const auto is_codec_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.';
  };
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  const auto is_word_letter = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  const auto is_sound = [&](const VideoRung* rung) {
    return has_only(rung->codecs, 32, is_codec_letter) && has_only(rung->init_sha256, 64, is_hex);
  };
  const auto rungs = picture_rungs(plan);
  return std::all_of(rungs.begin(), rungs.end(), is_sound) &&
         has_only(plan.copied_refused, 32, is_word_letter);
}

bool are_picture_sizes_sound(const Plan& plan) {
  const auto rungs = picture_rungs(plan);
  return std::all_of(rungs.begin(), rungs.end(), [](const VideoRung* rung) {
    const auto is_side = [](int side) { return side >= 2 && side <= 8192 && side % 2 == 0; };
    return is_side(rung->width) && is_side(rung->height) && rung->max_kbps > 0 &&
           rung->delay >= 0 && rung->delay <= 16;
  });
}

bool stands_for(const VideoRung& other, const VideoRung& rung, std::string_view tail) {
  return other.name == rung.name + std::string(tail) && other.width == rung.width &&
         other.height == rung.height;
}

// The rungs beside the ladder take the place of one of its own.
bool are_other_rungs_sound(const Plan& plan) {
  const bool are_plain = std::all_of(plan.video.begin(), plan.video.end(), [](const auto& rung) {
    return rung.codec == VideoCodec::h264 && rung.name.find('-') == std::string::npos;
  });
  const bool is_copy_fine =
      !plan.copied || (stands_for(*plan.copied, plan.video.front(), "-source") &&
                       plan.copied->codec == VideoCodec::h264 && plan.trim == Trim{});
  const bool is_background_fine =
      !plan.background ||
      (plan.background->codec == VideoCodec::av1 &&
       std::any_of(plan.video.begin(), plan.video.end(), [&](const VideoRung& rung) {
         return stands_for(*plan.background, rung, "-av1");
       }));
  return are_plain && is_copy_fine && is_background_fine;
}

bool are_segments_whole(const Plan& plan) {
  std::uint32_t number = 0;
  std::int64_t frame = 0;
  std::int64_t audio_frame = plan.segments.empty() ? 0 : plan.segments.front().first_audio_frame;
  for (const auto& segment : plan.segments) {
    if (segment.number != number++ || segment.first_frame != frame) return false;
    if (segment.frame_count < 1 || segment.frame_count > plan.frame_count) return false;
    if (segment.audio_frame_count < 0 || segment.audio_frame_count > 1'000'000) return false;
    if (segment.first_audio_frame != audio_frame) return false;
    frame += segment.frame_count;
    audio_frame += segment.audio_frame_count;
  }
  return number > 0 && frame == plan.frame_count;
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

Result<> check_plan(const Plan& plan, const Limits& limits) {
  const auto& rate = plan.frame_rate;
  const bool is_rate_sound = rate.num > 0 && rate.den > 0 && rate.num <= 1'000'000'000 &&
                             rate.den <= 1'000'000'000 && rate.value() >= 1 && rate.value() <= 61;
  if (!is_rate_sound) return lie("a plan with an absurd frame rate");
  // Ahead of duration_ms(), whose result has to fit.
  if (plan.frame_count < 1 || plan.frame_count > 61 * (limits.max_duration_ms / 1000 + 2)) {
    return lie("a plan with an absurd number of frames");
  }
  if (plan.duration_ms() > limits.max_duration_ms + 1000) return lie("a plan that is too long");
  if (plan.gop_frames < 1 || plan.gop_frames > 300) return lie("a plan with absurd GOPs");
  if (plan.video.empty() || !are_named(plan.video, 'v') || !are_named(plan.audio, 'a')) {
    return lie("a plan with absurd renditions");
  }
  if (!are_other_rungs_sound(plan)) return lie("a plan with renditions beside its ladder");
  if (!are_words_sound(plan)) return lie("a plan with foreign words");
  if (!are_picture_sizes_sound(plan)) return lie("a plan with absurd picture sizes");
  if (!are_segments_whole(plan)) return lie("a plan whose segments do not fit together");
  return {};
}

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

// The placeholders go into pages as they are: nothing but the base64 of a picture.
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
