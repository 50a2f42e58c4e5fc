#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace weike::bench {

// What is sent, and what its answer must be.
struct LoadRequest {
  std::string bytes;
  int status = 200;
  std::optional<std::uint64_t> length;  // Nothing: the answer has no body, as a 304.
};

enum class Reuse { keep_alive, connection_per_request };

// A file of lines "STATUS LENGTH PATH", LENGTH "-" for none, each header behind a tab:
// "206 262144 /film.mp4<tab>Range: bytes=0-262143". Empty when it cannot be read or is malformed.
std::vector<LoadRequest> read_requests(const std::string& file, const std::string& host,
                                       Reuse reuse);

}  // namespace weike::bench
