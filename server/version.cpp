#include "server/version.hpp"

namespace weike {

std::string_view version() { return WEIKE_VERSION; }

}  // namespace weike
