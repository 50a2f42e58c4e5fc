#pragma once

#include "api/http/message.hpp"

#include <span>
#include <string_view>

namespace weike::assets {

struct CauseText {
  std::string_view title;  // What happened.
  std::string_view hint;   // The way out.
};

// Why an asset was rejected or failed, in words for people.
struct Cause {
  std::string_view code;
  // The input is at fault: the asset is `rejected` and another try would end the same way. Else it
  // is `failed` and its owner may try again.
  bool is_final = false;
  CauseText zh;
  CauseText en;

  const CauseText& text(http::Language language) const {
    return language == http::Language::en ? en : zh;
  }
};

// All causes there are.
std::span<const Cause> all_causes();

// The row of `code`; a code without a row gets the row "internal".
const Cause& cause_of(std::string_view code);

}  // namespace weike::assets
