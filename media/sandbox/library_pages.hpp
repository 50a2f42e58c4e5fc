#pragma once

namespace weike::media {

// Lets go of what the process has in memory of the code of its libraries; what is needed comes back
// when it is used. The dynamic loader touches most of the hundred and more that libav brings along,
// thirty megabytes that no child needs.
void drop_library_pages();

}  // namespace weike::media
