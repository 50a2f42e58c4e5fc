#include "storage/blob/blob_name.hpp"

namespace weike::storage {
namespace {

constexpr std::size_t kMaxNameBytes = 200;

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

// A part that begins with a dot could climb up, or meet the store's own folder of temporaries.
bool is_part(std::string_view part) {
  if (part.empty() || part.front() == '.') return false;
  for (const char c : part)
    if (!is_name_character(c)) return false;
  return true;
}

bool is_name(std::string_view name) {
  if (name.size() > kMaxNameBytes) return false;
  for (;;) {
    const auto slash = name.find('/');
    if (!is_part(name.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    name.remove_prefix(slash + 1);
  }
}

}  // namespace

Result<> check_blob_name(std::string_view name) {
  if (!is_name(name)) return Error{ErrorCode::invalid_argument, "this is no name of a blob"};
  return {};
}

Result<> check_blob_prefix(std::string_view prefix) {
  if (!prefix.ends_with('/') || !is_name(prefix.substr(0, prefix.size() - 1)))
    return Error{ErrorCode::invalid_argument, "this is no name of a folder of blobs"};
  return {};
}

}  // namespace weike::storage
