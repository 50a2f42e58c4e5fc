#pragma once

#include "model/error.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <string>

namespace weike::media {

using Answer = Result<nlohmann::json>;

// A probe may say no with any words: the way back for what an attack found out.
inline Answer tell(const std::string& what) {
  return Answer(boost::system::in_place_value,
                nlohmann::json{{"rejected", {{"code", "attack"}, {"detail", what}}}});
}

// Attacks on something of the test's, which it names; by their own names. They tell the errno they
// met.
const std::map<std::string, Answer (*)(const std::string&)>& aimed_attacks();

}  // namespace weike::media
