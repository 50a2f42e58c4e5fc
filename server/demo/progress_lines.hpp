#pragma once

#include <string>
#include <vector>

namespace weike::server {

// A block of lines on standard output, one for each clip. On a terminal the block is drawn again in
// place; elsewhere a line is printed when its text has changed, percents aside.
class ProgressLines {
 public:
  explicit ProgressLines(std::vector<std::string> names);
  void show(const std::vector<std::string>& texts);

 private:
  void print_line(std::size_t index, const std::string& text) const;

  std::vector<std::string> names_;
  std::vector<std::string> shown_;
  bool is_terminal_;
};

}  // namespace weike::server
