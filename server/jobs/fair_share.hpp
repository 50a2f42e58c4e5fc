#pragma once

#include "model/id.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <span>

namespace weike::server {

// Shares the workers between units (organisations): among work that hurries alike, the unit that
// was served least goes first, and within a unit the lesson with the least work left. So one short
// lesson does not stand behind fifty of another unit. Start-time fair queueing: a unit that had
// nothing to do for a while comes back with the same claim as the one that waits longest, neither
// with credit nor with debt. One thread at a time.
class FairShare {
 public:
  struct Candidate {
    UnitId unit;
    int hurry = 0;  // Smaller goes first, whoever's it is.
    double work_left = 0;
  };

  // Which of `candidates` goes next; among equals the first. Nothing if there are none.
  std::optional<std::size_t> choose(std::span<const Candidate> candidates) const;
  // What was chosen is served with `work`, of any measure that is the same for all, while
  // `waiting` had something to do, whoever of them hurried more.
  void serve(UnitId unit, double work, std::span<const Candidate> waiting);

 private:
  double claim_of(UnitId unit) const;

  std::map<UnitId, double> served_;  // Virtual time at which a unit's service so far ends.
  double now_ = 0;                   // Smallest claim among those that waited last.
};

}  // namespace weike::server
