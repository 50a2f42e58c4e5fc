#pragma once

#include "media/task.hpp"

#include <cstddef>
#include <set>
#include <string>
#include <string_view>

namespace weike::media {

// What a task may hand back, so that a child under foreign control can say nothing else. One
// thread.
class Expectation {
 public:
  explicit Expectation(const Task& task);

  // `corrupt` for a name the task does not make, for one that comes twice, for an absurd size.
  Result<> take_output(const std::string& name, std::size_t size_bytes);
  struct Notes {
    std::string rendition;
    std::uint32_t number = 0;
    Observation observation;
  };
  // The observation of segment `name` ("v360/0"), which has still to come. `corrupt` for any other
  // name and for notes that are none.
  Result<Notes> take_notes(const std::string& name, std::string_view text) const;
  // The task's result from its text. `corrupt` if it is none, is nested absurdly, or an output is
  // missing, its plan is not sound or its counts are absurd.
  Result<nlohmann::json> take_result(std::string_view text) const;

 private:
  Result<> check_probe(const nlohmann::json& result) const;
  Result<> check_segments(const nlohmann::json& result) const;
  Result<> check_glance(const nlohmann::json& result) const;
  Result<> check_images(const nlohmann::json& result) const;

  const Task& task_;
  std::set<std::string> open_;  // Still to come; for a probe nobody knows before.
  std::set<std::string> seen_;
};

// JSON from outside: at most 16 levels, so that nothing that walks it overflows the stack.
Result<nlohmann::json> parse_report(std::string_view text);

}  // namespace weike::media
