#pragma once

#include "api/http/message.hpp"

#include <string>
#include <string_view>

namespace weike::http {

// What people read about one machine word of an error, in both languages.
struct Message {
  std::string_view word;
  std::string_view zh_title;
  std::string_view en_title;
  std::string_view zh_detail;  // "{field}" stands for the name of the field at fault.
  std::string_view en_detail;

  std::string_view title(Language language) const {
    return language == Language::en ? en_title : zh_title;
  }
  std::string_view detail(Language language) const {
    return language == Language::en ? en_detail : zh_detail;
  }
};

// The row of `word`, or null if there is none.
const Message* find_message(std::string_view word);

}  // namespace weike::http
