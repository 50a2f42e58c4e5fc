#include "api/assets/causes.hpp"

#include <algorithm>
#include <array>

namespace weike::assets {
namespace {

// Each code is a word of the wire protocol: never rename one.
constexpr auto kCauses = std::to_array<Cause>({
    // The input is at fault.
    {"unsupported_container",
     true,
     {"无法识别的视频文件", "请上传手机或相机拍摄的视频，例如 MP4、MOV 或 WebM 文件。"},
     {"Not a video file we know",
      "Upload a video as a phone or camera makes it: MP4, MOV or WebM."}},
    {"unsupported_codec",
     true,
     {"视频的编码格式不受支持", "请在剪辑软件中导出为 H.264 编码的 MP4 后重新上传。"},
     {"The way the video is encoded is not supported",
      "Export it as an MP4 with H.264 in your editor and upload it again."}},
    {"no_video",
     true,
     {"文件里没有画面", "微课需要有画面的视频；如果只有声音，请配上图片导出为视频后再上传。"},
     {"There is no picture in the file",
      "A lesson needs a video. If you have sound only, export it with a picture as a video."}},
    {"incomplete_file",
     true,
     {"视频文件不完整", "文件没有完整保存或导出。请确认原文件能播放到结尾，再重新上传。"},
     {"The video file is incomplete",
      "It was not saved or exported completely. Check that the original plays to its end, then "
      "upload it again."}},
    {"damaged",
     true,
     {"视频文件已损坏", "损坏的画面过多，无法修复。请从原设备重新导出后上传。"},
     {"The video file is damaged",
      "Too much of it cannot be read. Export it again from the original and upload that."}},
    {"frame_too_large",
     true,
     {"画面尺寸过大", "请将分辨率降到 4096×4096 像素以内（建议 1080p）后重新上传。"},
     {"The picture is too large",
      "Reduce it to at most 4096×4096 pixels (1080p is recommended) and upload it again."}},
    {"too_short",
     true,
     {"视频太短", "微课至少要有 1 秒。请检查是否选错了文件。"},
     {"The video is too short", "A lesson lasts at least 1 second. Was it the right file?"}},
    {"too_long",
     true,
     {"视频太长", "微课最长 30 分钟。请剪短，或分成几节上传。"},
     {"The video is too long",
      "A lesson lasts at most 30 minutes. Shorten it or split it into several."}},
    {"too_many_streams",
     true,
     {"文件中的音视频轨道过多", "请导出为只含一条画面轨和一条声音轨的 MP4 后重新上传。"},
     {"Too many tracks in the file",
      "Export an MP4 with one video and one audio track and upload it again."}},
    {"encrypted",
     true,
     {"视频受加密保护", "加密或带版权保护的视频无法处理，请上传未加密的文件。"},
     {"The video is encrypted",
      "Protected videos cannot be used. Upload a file without protection."}},
    {"bad_aspect",
     true,
     {"画面比例过于极端", "画面的长宽比须在 1:3 与 3:1 之间，请裁剪后重新上传。"},
     {"The picture is too narrow",
      "Its sides must be between 1:3 and 3:1. Crop it and upload it again."}},
    // We are at fault, or the machine.
    {"child_crashed",
     false,
     {"转码意外中断",
      "已自动重试三次。请点“重试”；若再次失败，请换一种格式导出后上传，并告知管理员。"},
     {"Transcoding broke off",
      "It was tried three times. Press “Retry”; if it fails again, export the video in another "
      "format and tell an administrator."}},
    {"child_timeout",
     false,
     {"转码超时", "服务器可能过于繁忙，请稍后点“重试”；若再次失败，请降低分辨率后重新上传。"},
     {"Transcoding took too long",
      "The server may be busy. Press “Retry” later; if it fails again, upload a smaller version."}},
    {"child_memory",
     false,
     {"转码所需内存过多", "请降低视频的分辨率（建议 1080p）后重新上传，或请管理员提高内存上限。"},
     {"Transcoding needs too much memory",
      "Upload a smaller version (1080p is recommended), or ask an administrator to raise the "
      "limit."}},
    {"out_of_space",
     false,
     {"服务器存储空间不足", "已完成的部分都已保留。请联系管理员清理空间，然后点“重试”。"},
     {"The server is short of disk space",
      "What was finished is kept. Ask an administrator to free space, then press “Retry”."}},
    {"internal",
     false,
     {"服务器内部出错", "请稍后点“重试”；若再次失败，请告知管理员。"},
     {"Something went wrong inside",
      "Press “Retry” later; if it fails again, tell an administrator."}},
});

}  // namespace

std::span<const Cause> all_causes() { return kCauses; }

const Cause& cause_of(std::string_view code) {
  const auto found = std::find_if(kCauses.begin(), kCauses.end(),
                                  [&](const Cause& cause) { return cause.code == code; });
  return found == kCauses.end() ? kCauses.back() : *found;
}

}  // namespace weike::assets
