#include "media/sandbox/child_main.hpp"

#include "media/sandbox/child.hpp"

namespace weike::media {

int media_child_main() { return run_child(run_task); }

}  // namespace weike::media
