#include "media/sandbox/child_main.hpp"

#include <gtest/gtest.h>

#include <string_view>

// A whole server starts in this program, so it knows the hidden mode of its media children too.
int main(int argc, char** argv) {
  if (argc > 1 && std::string_view(argv[1]) == "media-child")
    return weike::media::media_child_main();
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
