#pragma once

#include "api/http/message.hpp"
#include "model/asset.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <span>
#include <string_view>

namespace weike::assets {

enum class Severity : std::uint8_t {
  info,     // Good to know.
  warning,  // The publisher should look at it before the lesson is submitted.
};

struct FindingText {
  std::string_view title;  // What was found.
  std::string_view hint;   // What it means, and what can be done.
};

// Something the verdict sheet of an asset tells that is worth a word to people.
struct Finding {
  std::string_view code;
  Severity severity = Severity::info;
  FindingText zh;
  FindingText en;

  const FindingText& text(http::Language language) const {
    return language == http::Language::en ? en : zh;
  }
};

// All findings there are, in the order in which they are shown: warnings first.
std::span<const Finding> all_findings();

// What the verdict sheet of an asset tells, and that captions are missing where somebody may speak:
// [{code, severity, title, hint, spans: [{from_ms, to_ms}]}]; spans are empty for what concerns the
// whole. An array without entries for no sheet; an odd one tells nothing of itself.
nlohmann::json findings_of(const Asset& asset, http::Language language);

}  // namespace weike::assets
