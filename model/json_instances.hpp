#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

// The parts of nlohmann::json that are the same in every source file are compiled once, in
// json_instances.cpp, and not again wherever JSON is read or written: a file that parses takes a
// third to two fifths less time to compile. Stands in the precompiled headers
// (cmake/options.cmake); names no type of Weike's. `WEIKE_JSON_INSTANCE` is "extern template" for
// all but the one file that makes them.
#ifndef WEIKE_JSON_INSTANCE
#define WEIKE_JSON_INSTANCE extern template
#endif

WEIKE_JSON_INSTANCE class nlohmann::basic_json<>;
WEIKE_JSON_INSTANCE class std::vector<nlohmann::json>;

namespace nlohmann::detail {

using CharacterInput = iterator_input_adapter<const char*>;
using StringInput = iterator_input_adapter<std::string::const_iterator>;
using TreeBuilder = json_sax_dom_parser<json>;
using FilteredTreeBuilder = json_sax_dom_callback_parser<json>;

WEIKE_JSON_INSTANCE class serializer<json>;
WEIKE_JSON_INSTANCE class json_sax_dom_parser<json>;
WEIKE_JSON_INSTANCE class json_sax_dom_callback_parser<json>;
WEIKE_JSON_INSTANCE class lexer<json, CharacterInput>;
WEIKE_JSON_INSTANCE class lexer<json, StringInput>;
WEIKE_JSON_INSTANCE class parser<json, CharacterInput>;
WEIKE_JSON_INSTANCE class parser<json, StringInput>;
WEIKE_JSON_INSTANCE bool parser<json, CharacterInput>::sax_parse_internal(TreeBuilder*);
WEIKE_JSON_INSTANCE bool parser<json, CharacterInput>::sax_parse_internal(FilteredTreeBuilder*);
WEIKE_JSON_INSTANCE bool parser<json, StringInput>::sax_parse_internal(TreeBuilder*);
WEIKE_JSON_INSTANCE bool parser<json, StringInput>::sax_parse_internal(FilteredTreeBuilder*);

}  // namespace nlohmann::detail
