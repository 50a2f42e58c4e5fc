#pragma once

namespace weike::media {

// The hidden mode `media-child`: locks itself in, reads one task, does it, sends what it made,
// ends. Returns the exit status. Descriptors: 3 source, 4 task in, 5 results out.
int media_child_main();

}  // namespace weike::media
