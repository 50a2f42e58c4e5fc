#pragma once

#include "model/error.hpp"

#include <string_view>

// The one rule for names of blobs, see BlobStore. Every store checks before it does anything else.
namespace weike::storage {

// `invalid_argument` unless `name` may name a blob.
Result<> check_blob_name(std::string_view name);
// `invalid_argument` unless `prefix` is a name of a folder with '/' behind it.
Result<> check_blob_prefix(std::string_view prefix);

}  // namespace weike::storage
