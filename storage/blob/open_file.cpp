#include "storage/blob/blob_store.hpp"

#include <unistd.h>

namespace weike::storage {

OpenFile::~OpenFile() { ::close(descriptor_); }

}  // namespace weike::storage
