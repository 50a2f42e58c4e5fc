#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace weike::architecture {

// What one file includes, as written between the quotes or brackets.
struct Includes {
  std::vector<std::string> project;   // "storage/kv/kv_store.hpp"
  std::vector<std::string> external;  // <rocksdb/db.h>
};

// Path from the root of the repository to what the file includes.
using Graph = std::map<std::string, Includes>;

// Reads every .hpp and .cpp file of the rooms below `root`.
Graph read_graph(const std::filesystem::path& root);

// One sentence for each broken rule of DESIGN §1:
// - arrows point down only: server → api → storage, media → model;
// - Asio and Beast live in server/ alone, also by way of other headers;
// - libav*, RocksDB and the other engines' headers do not cross the border of a room.
std::vector<std::string> violations(const Graph& graph);

}  // namespace weike::architecture
