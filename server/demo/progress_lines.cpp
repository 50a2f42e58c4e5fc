#include "server/demo/progress_lines.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace weike::server {

namespace {

// "转码 Transcoding  40 %" without the number.
std::string without_percent(const std::string& text) { return text.substr(0, text.find("  ")); }

}  // namespace

ProgressLines::ProgressLines(std::vector<std::string> names)
    : names_(std::move(names)), is_terminal_(isatty(STDOUT_FILENO) == 1) {
  std::size_t widest = 0;
  for (const auto& name : names_) widest = std::max(widest, name.size());
  for (auto& name : names_) name.resize(widest, ' ');
}

void ProgressLines::print_line(std::size_t index, const std::string& text) const {
  std::printf("  %s  %s\n", names_[index].c_str(), text.c_str());
}

void ProgressLines::show(const std::vector<std::string>& texts) {
  const bool is_first = shown_.empty();
  // ANSI: up to the first line of the block; each line is erased before it is written.
  if (is_terminal_ && !is_first) std::printf("\x1b[%zuA", names_.size());
  for (std::size_t i = 0; i < names_.size(); ++i) {
    if (is_terminal_) {
      std::printf("\x1b[2K");
      print_line(i, texts[i]);
    } else if (is_first || without_percent(shown_[i]) != without_percent(texts[i])) {
      print_line(i, texts[i]);
    }
  }
  std::fflush(stdout);
  shown_ = texts;
}

}  // namespace weike::server
