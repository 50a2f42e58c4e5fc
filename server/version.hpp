#pragma once

#include <string_view>

namespace weike {

// The version of this build, as the project's CMake file says it.
std::string_view version();

}  // namespace weike
