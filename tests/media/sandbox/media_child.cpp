// The real child, in a program of its own: what `weike media-child` is.
#include "media/sandbox/child_main.hpp"

int main() { return weike::media::media_child_main(); }
