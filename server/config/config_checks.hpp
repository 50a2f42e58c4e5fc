#pragma once

#include "model/error.hpp"
#include "server/config/config.hpp"

#include <string>

namespace weike::server {

// The error of one key of the configuration file: its name is the field.
Error bad_key(const std::string& key, const std::string& why);

// Values that can be read and still make no sense.
Result<> check_ranges(const Config& config);

}  // namespace weike::server
