#include "tests/bench/load_request.hpp"

#include <fstream>
#include <sstream>

namespace weike::bench {
namespace {

std::optional<LoadRequest> parse_line(const std::string& line, const std::string& host,
                                      Reuse reuse) {
  LoadRequest request;
  std::istringstream columns(line);
  std::string length, path;
  columns >> request.status >> length >> path;
  if (!columns || path.front() != '/') return std::nullopt;
  if (length != "-") request.length = std::stoull(length);
  request.bytes = "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n";
  if (reuse == Reuse::connection_per_request) request.bytes += "Connection: close\r\n";
  columns.get();
  for (std::string header; std::getline(columns, header, '\t');) request.bytes += header + "\r\n";
  request.bytes += "\r\n";
  return request;
}

}  // namespace

std::vector<LoadRequest> read_requests(const std::string& file, const std::string& host,
                                       Reuse reuse) {
  std::vector<LoadRequest> requests;
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    auto request = parse_line(line, host, reuse);
    if (!request) return {};
    requests.push_back(std::move(*request));
  }
  return requests;
}

}  // namespace weike::bench
