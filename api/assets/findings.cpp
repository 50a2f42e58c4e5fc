#include "api/assets/findings.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace weike::assets {
namespace {

// Each code is a word of the wire protocol: never rename one.
constexpr auto kFindings = std::to_array<Finding>({
    {"no_audio",
     Severity::warning,
     {"没有声音", "视频里没有声音轨。若应有讲解，请检查录制和导出设置后重新上传。"},
     {"There is no sound",
      "The video has no sound track. If somebody should be heard, check how it was recorded and "
      "exported, and upload it again."}},
    {"silent_audio",
     Severity::warning,
     {"声音轨是静音", "有声音轨，但听不到内容。请检查麦克风是否静音。"},
     {"The sound is silent",
      "There is a sound track, but nothing can be heard. Was the microphone muted?"}},
    {"silent",
     Severity::warning,
     {"有较长的无声段落", "请试听所列时间段；若不应无声，请检查录音。"},
     {"There are silent parts",
      "Listen to the times given; if something should be heard there, check the recording."}},
    {"too_quiet",
     Severity::warning,
     {"声音偏小", "已提升到允许的上限，仍低于标准响度。建议靠近麦克风重新录音。"},
     {"The sound is soft",
      "It was raised as far as is allowed and is still below the usual loudness. Record it closer "
      "to the microphone if you can."}},
    {"black",
     Severity::warning,
     {"有黑屏", "请查看所列时间段；若不是有意为之，请剪去。"},
     {"The picture is black for a while", "Look at the times given, and cut them if unintended."}},
    {"damaged_frames",
     Severity::warning,
     {"部分画面已损坏", "损坏之处重复显示了前一幅画面。若影响观看，请从原设备重新导出后上传。"},
     {"Some pictures are damaged",
      "The picture before them is shown instead. If it disturbs, export the video again from the "
      "original and upload that."}},
    {"truncated",
     Severity::warning,
     {"文件在结尾前中断", "文件没有完整保存，缺失的结尾已略去。请确认原文件能播放到结尾。"},
     {"The file breaks off before its end",
      "It was not saved completely; the missing end was left out. Check that the original plays to "
      "its end."}},
    {"ends_early",
     Severity::warning,
     {"画面比声明的提前结束", "能解码的画面短于文件所声明的时长，其余时间停在最后一幅画面。"},
     {"The picture ends before the file says",
      "Less could be decoded than the file declares; the last picture stays until the end."}},
    {"short_lesson",
     Severity::warning,
     {"视频很短", "短于 15 秒。请确认选对了文件。"},
     {"The video is very short", "It lasts less than 15 seconds. Was it the right file?"}},
    {"wrong_duration",
     Severity::info,
     {"文件声明的时长有误", "已按实际内容计算时长，无需处理。"},
     {"The file declares a wrong duration", "The real one is used; there is nothing to do."}},
    {"uneven_times",
     Severity::info,
     {"画面的时间标记不规则", "个别画面的时间标记重复或倒退，已略去，无需处理。"},
     {"The times of the pictures are uneven",
      "Pictures whose time stands still or goes back were left out; there is nothing to do."}},
    {"no_captions",
     Severity::info,
     {"还没有字幕", "不开声音的人、听力不便的人要靠字幕。可以添加 SRT 或 WebVTT 文件。"},
     {"There are no captions",
      "Who watches without sound, or hears badly, needs them. Add a SubRip or WebVTT file."}},
    {"hdr_converted",
     Severity::info,
     {"已由 HDR 转为普通画面", "为了在各种屏幕上正常显示，颜色已作转换，请预览确认。"},
     {"HDR was converted",
      "The colours were converted so that every screen shows them well; look at the preview."}},
    {"borders",
     Severity::info,
     {"画面四周有黑边", "黑边已录在画面里。若要去掉，请在剪辑软件中裁剪后重新上传。"},
     {"The picture has black borders",
      "They are part of the picture. Crop them in your editor and upload it again to be rid of "
      "them."}},
    {"frozen",
     Severity::info,
     {"有较长的静止画面", "幻灯片属于正常情况；若是录像，请查看所列时间段。"},
     {"The picture stands still for a while",
      "That is normal for slides; for a recording, look at the times given."}},
});

// What the sheet found, by code, with the spans it concerns.
using Found = std::map<std::string, nlohmann::json, std::less<>>;

const nlohmann::json& member(const nlohmann::json& json, const char* name) {
  static const nlohmann::json kNothing;
  if (!json.is_object()) return kNothing;
  const auto found = json.find(name);
  return found == json.end() ? kNothing : *found;
}

double number(const nlohmann::json& json, double otherwise) {
  return json.is_number() ? json.get<double>() : otherwise;
}

void add_spans(Found& found, const char* code, const nlohmann::json& spans) {
  if (spans.is_array() && !spans.empty()) found[code] = spans;
}

void look_at_picture(Found& found, const nlohmann::json& content) {
  constexpr double kBearableMs = 1'000;
  const auto nothing = nlohmann::json::array();
  add_spans(found, "black", member(content, "black"));
  add_spans(found, "frozen", member(content, "frozen"));
  if (member(content, "borders").is_object()) found["borders"] = nothing;
  if (number(member(content, "damaged_frames"), 0) > 0) found["damaged_frames"] = nothing;
  const double planned = number(member(content, "planned_ms"), 0);
  const double decoded = number(member(content, "duration_ms"), planned);
  if (planned - decoded > kBearableMs) found["ends_early"] = nothing;
}

void look_at_sound(Found& found, const nlohmann::json& sound) {
  constexpr double kTooQuietLufs = -21;  // Aimed at are -16.
  if (found.contains("silent_audio")) return;
  add_spans(found, "silent", member(sound, "silent"));
  if (number(member(sound, "loudness_lufs"), 0) < kTooQuietLufs) {
    found["too_quiet"] = nlohmann::json::array();
  }
}

// Where nothing can be heard there is nothing to write down.
void look_for_captions(Found& found, const Asset& asset) {
  const bool may_speak =
      asset.has_audio && !found.contains("no_audio") && !found.contains("silent_audio");
  if (asset.verdict.is_object() && asset.captions.empty() && may_speak)
    found["no_captions"] = nlohmann::json::array();
}

}  // namespace

std::span<const Finding> all_findings() { return kFindings; }

nlohmann::json findings_of(const Asset& asset, http::Language language) {
  Found found;
  for (const auto& word : member(asset.verdict, "warnings")) {
    if (word.is_string()) found[word.get<std::string>()] = nlohmann::json::array();
  }
  const auto& content = member(asset.verdict, "content");
  look_at_picture(found, content);
  look_at_sound(found, member(content, "sound"));
  look_for_captions(found, asset);

  auto findings = nlohmann::json::array();
  for (const auto& finding : kFindings) {
    const auto at = found.find(finding.code);
    if (at == found.end()) continue;
    const auto& text = finding.text(language);
    findings.push_back({{"code", finding.code},
                        {"severity", finding.severity == Severity::info ? "info" : "warning"},
                        {"title", text.title},
                        {"hint", text.hint},
                        {"spans", std::move(at->second)}});
  }
  return findings;
}

}  // namespace weike::assets
