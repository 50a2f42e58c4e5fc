#include "storage/kv/database_lock.hpp"

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <optional>
#include <sstream>

namespace weike::storage {
namespace {

// Reads /proc/locks, whose lines are "1: POSIX  ADVISORY  WRITE 1234 08:01:5678 0 EOF". Asking
// fcntl(F_GETLK) instead would mean to open the file, and closing it again drops the lock if it is
// held by this very process (POSIX, fcntl).
std::optional<pid_t> holder_of(const std::filesystem::path& lock_file) {
  struct stat file{};
  if (::stat(lock_file.c_str(), &file) != 0) return std::nullopt;
  char place[64];
  std::snprintf(place, sizeof place, "%02x:%02x:%llu", major(file.st_dev), minor(file.st_dev),
                static_cast<unsigned long long>(file.st_ino));
  std::ifstream locks("/proc/locks");
  for (std::string line; std::getline(locks, line);) {
    std::istringstream words(line);
    std::string number, kind, mode, access, where;
    pid_t process = 0;
    // A line of one who waits has "->" in second place and fails to parse.
    if (words >> number >> kind >> mode >> access >> process >> where && where == place &&
        process > 0)
      return process;
  }
  return std::nullopt;
}

std::string name_of_process(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/comm");
  std::string name;
  std::getline(file, name);
  return name;
}

}  // namespace

std::string describe_lock_holder(const std::filesystem::path& lock_file) {
  const auto process = holder_of(lock_file);
  if (!process) return "another process";
  if (*process == ::getpid()) return "this process";
  const auto name = name_of_process(*process);
  auto text = "process " + std::to_string(*process);
  if (!name.empty()) text += " (" + name + ")";
  return text;
}

}  // namespace weike::storage
