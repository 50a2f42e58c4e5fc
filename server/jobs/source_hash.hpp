#pragma once

#include "media/task.hpp"
#include "model/error.hpp"
#include "storage/blob/blob_store.hpp"

#include <cstddef>
#include <string>

namespace weike::server {

// So much of a source is read at a time; between two pieces the reader looks at its control.
inline constexpr std::size_t kHashedPieceBytes = std::size_t{1} << 20;

// SHA-256 in lower-case hex of the whole of `source`, read from its begin to its end. In the
// server's own process: a child that a file has taken over could name another. Obeys `control` as
// a task does. `internal` when the source cannot be read or ends early.
Result<std::string> hash_source(const storage::OpenFile& source, const media::TaskControl& control);

}  // namespace weike::server
