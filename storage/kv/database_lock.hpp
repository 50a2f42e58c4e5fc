#pragma once

#include <filesystem>
#include <string>

namespace weike::storage {

// Who holds the record lock on `lock_file`, for a message: "process 1234 (weike)", "this process",
// or "another process" when the system does not tell.
std::string describe_lock_holder(const std::filesystem::path& lock_file);

}  // namespace weike::storage
