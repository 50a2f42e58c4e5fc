#include "media/sandbox/child_main.hpp"

#include <gtest/gtest.h>

#include <string_view>

// Hostile files are probed in the real sandbox, whose child is this program in its hidden mode.
int main(int argc, char** argv) {
  if (argc > 1 && std::string_view(argv[1]) == "media-child")
    return weike::media::media_child_main();
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
