#pragma once

#include "media/task.hpp"

#include <map>
#include <string>
#include <vector>

namespace weike::media::test {

// Keeps what a task puts out.
class MemorySink final : public OutputSink {
 public:
  Result<> put(const std::string& name, std::span<const std::byte> bytes) override {
    order.push_back(name);
    files[name].assign(bytes.begin(), bytes.end());
    return {};
  }
  Result<> observe(const std::string& rendition, std::uint32_t number,
                   const Observation& observation) override {
    observations[rendition + "/" + std::to_string(number)] = observation;
    return {};
  }
  void progress(std::int64_t, std::int64_t) override { ++signs_of_life; }

  std::map<std::string, std::vector<std::byte>> files;
  std::map<std::string, Observation> observations;  // By "v360/0".
  std::vector<std::string> order;
  int signs_of_life = 0;
};

}  // namespace weike::media::test
