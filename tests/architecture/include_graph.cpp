#include "tests/architecture/include_graph.hpp"

#include <array>
#include <fstream>
#include <functional>
#include <optional>
#include <set>
#include <string_view>

namespace weike::architecture {

namespace {

// A room and the rooms it may include besides itself.
const std::map<std::string, std::set<std::string>, std::less<>> kArrows{
    {"model", {}},
    {"storage", {"model"}},
    {"media", {"model"}},
    {"api", {"storage", "media", "model"}},
    {"server", {"api", "storage", "media", "model"}},
};

// Headers of engines that stay behind the room that uses them.
constexpr std::array<std::string_view, 9> kEngines{"libav",     "libsw",       "rocksdb/",
                                                   "nettle/",   "argon2.h",    "seccomp.h",
                                                   "ebur128.h", "prometheus/", "spdlog/"};

std::string room_of(std::string_view path) { return std::string(path.substr(0, path.find('/'))); }

bool is_network(std::string_view header) {
  return header.starts_with("boost/asio") || header.starts_with("boost/beast");
}

bool is_engine(std::string_view header) {
  for (const auto engine : kEngines) {
    if (header.starts_with(engine)) return true;
  }
  return false;
}

// The name in `#include "name"` or `#include <name>`; nothing for other lines.
std::optional<std::string> included(std::string_view line, char open, char close) {
  const auto hash = line.find_first_not_of(" \t");
  if (hash == std::string_view::npos || line[hash] != '#') return std::nullopt;
  const auto word = line.find("include", hash);
  const auto begin = line.find(open);
  if (word == std::string_view::npos || begin == std::string_view::npos) return std::nullopt;
  const auto end = line.find(close, begin + 1);
  if (end == std::string_view::npos) return std::nullopt;
  return std::string(line.substr(begin + 1, end - begin - 1));
}

Includes read_includes(const std::filesystem::path& path) {
  Includes includes;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (auto name = included(line, '"', '"')) includes.project.push_back(std::move(*name));
    if (auto name = included(line, '<', '>')) includes.external.push_back(std::move(*name));
  }
  return includes;
}

// The files of other rooms and of the own room that `path` sees, itself included.
std::set<std::string> reachable(const Graph& graph, const std::string& path) {
  std::set<std::string> seen{path};
  std::vector<std::string> open{path};
  while (!open.empty()) {
    const auto node = graph.find(open.back());
    open.pop_back();
    if (node == graph.end()) continue;
    for (const auto& next : node->second.project) {
      if (seen.insert(next).second) open.push_back(next);
    }
  }
  return seen;
}

void check_arrows(const std::string& path, const Includes& includes,
                  std::vector<std::string>& out) {
  const auto room = room_of(path);
  const auto& allowed = kArrows.find(room)->second;
  for (const auto& header : includes.project) {
    const auto other = room_of(header);
    if (other != room && !allowed.contains(other)) {
      out.push_back(path + " includes " + header + ": no arrow from " + room + " to " + other);
    }
  }
}

void check_engines(const Graph& graph, const std::string& path, std::vector<std::string>& out) {
  const auto room = room_of(path);
  for (const auto& seen : reachable(graph, path)) {
    const auto node = graph.find(seen);
    if (node == graph.end()) continue;
    for (const auto& header : node->second.external) {
      const auto by_way = seen == path ? "" : " by way of " + seen;
      if (is_network(header) && room != "server") {
        out.push_back(path + " sees <" + header + ">" + by_way +
                      ": only server/ knows the network");
      }
      if (is_engine(header) && room_of(seen) != room) {
        out.push_back(path + " sees <" + header + ">" + by_way +
                      ": an engine's header left its room");
      }
    }
  }
}

}  // namespace

Graph read_graph(const std::filesystem::path& root) {
  Graph graph;
  for (const auto& [room, arrows] : kArrows) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / room)) {
      const auto extension = entry.path().extension();
      if (extension != ".hpp" && extension != ".cpp") continue;
      graph[entry.path().lexically_relative(root).generic_string()] = read_includes(entry.path());
    }
  }
  return graph;
}

std::vector<std::string> violations(const Graph& graph) {
  std::vector<std::string> out;
  for (const auto& [path, includes] : graph) {
    check_arrows(path, includes, out);
    check_engines(graph, path, out);
  }
  return out;
}

}  // namespace weike::architecture
