#include "media/captions/captions.hpp"

#include "media/captions/charset.hpp"
#include "media/captions/cue_parser.hpp"
#include "media/captions/cue_text.hpp"

#include <nettle/sha2.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <tuple>

namespace weike::media {
namespace {

constexpr std::string_view kHead = "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n\n";
constexpr std::size_t kIdDigits = 12;

std::string clock_text(std::int64_t milliseconds) {
  std::array<char, 40> text;
  const auto seconds = milliseconds / 1000;
  std::snprintf(text.data(), text.size(), "%02lld:%02lld:%02lld.%03lld",
                static_cast<long long>(seconds / 3600), static_cast<long long>(seconds / 60 % 60),
                static_cast<long long>(seconds % 60), static_cast<long long>(milliseconds % 1000));
  return text.data();
}

// Within the lesson, by time; without what takes no time or says nothing.
std::vector<Cue> tidied(std::vector<Cue> cues, std::int64_t duration_ms) {
  for (Cue& cue : cues) {
    cue.begin_ms = std::max<std::int64_t>(cue.begin_ms, 0);
    cue.end_ms = std::min(cue.end_ms, duration_ms);
    cue.text = safe_cue_text(cue.text);
  }
  std::erase_if(cues,
                [](const Cue& cue) { return cue.end_ms <= cue.begin_ms || cue.text.empty(); });
  std::stable_sort(cues.begin(), cues.end(), [](const Cue& left, const Cue& right) {
    return std::tie(left.begin_ms, left.end_ms) < std::tie(right.begin_ms, right.end_ms);
  });
  return cues;
}

Result<NormalCaptions> written(std::vector<Cue> parsed, std::int64_t duration_ms) {
  const auto cues = tidied(std::move(parsed), duration_ms);
  if (cues.empty())
    return Error{ErrorCode::invalid_argument, "no cue within the lesson", "captions_empty"};
  NormalCaptions captions{std::string(kHead), static_cast<std::uint32_t>(cues.size())};
  for (const Cue& cue : cues) {
    captions.webvtt += clock_text(cue.begin_ms) + " --> " + clock_text(cue.end_ms) + "\n";
    captions.webvtt += cue.text + "\n\n";
  }
  return captions;
}

}  // namespace

Result<NormalCaptions> read_captions(std::string_view file, std::uint32_t duration_ms,
                                     const CaptionLimits& limits) {
  if (file.size() > limits.bytes)
    return Error{ErrorCode::too_large, "too many bytes of captions", "captions_too_large"};
  const auto text = to_utf8(file);
  if (!text) return text.error();
  auto parsed = parse_cues(*text, limits.cues);
  if (!parsed) return parsed.error();
  return written(std::move(*parsed), duration_ms);
}

Result<NormalCaptions> cut_captions(std::string_view webvtt, std::int64_t in_ms,
                                    std::int64_t out_ms) {
  auto cues = parse_cues(webvtt, webvtt.size());
  if (!cues) return cues.error();
  for (Cue& cue : *cues) {
    cue.begin_ms -= in_ms;
    cue.end_ms -= in_ms;
  }
  return written(std::move(*cues), out_ms - in_ms);
}

std::string caption_id(std::string_view language, std::string_view label, std::string_view webvtt) {
  sha256_ctx context;
  sha256_init(&context);
  for (const std::string_view part : {language, label, webvtt}) {
    sha256_update(&context, part.size(), reinterpret_cast<const std::uint8_t*>(part.data()));
    sha256_update(&context, 1, reinterpret_cast<const std::uint8_t*>("\0"));  // In none of them.
  }
  std::array<std::uint8_t, SHA256_DIGEST_SIZE> digest{};
  sha256_digest(&context, digest.size(), digest.data());
  std::string hex;
  for (std::size_t i = 0; i < kIdDigits / 2; ++i) {
    hex += "0123456789abcdef"[digest[i] >> 4];
    hex += "0123456789abcdef"[digest[i] & 15];
  }
  return hex;
}

}  // namespace weike::media
