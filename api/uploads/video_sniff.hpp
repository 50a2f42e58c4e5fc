#pragma once

#include "model/error.hpp"

#include <cstddef>
#include <string_view>

namespace weike::uploads {

// How many bytes of a file are looked at.
constexpr std::size_t kSniffBytes = 4096;

enum class Sniffed {
  video,      // Starts like a video container.
  not_video,  // Starts like something else: text, a playlist, an image, an archive, audio …
  unknown,    // Binary data that says nothing; the probe will tell.
};

// Judges the first bytes of a file. Text is known as such only from `is_all` on: when kSniffBytes
// or the whole file have come.
Sniffed sniff(std::string_view head, bool is_all);

// What the client declares: a MIME type that is not video/* and an extension of other files are
// refused with `unsupported_type`, reason not_a_video. An empty or unspecific type says nothing.
Result<> check_declared_type(std::string_view file_type, std::string_view file_name);

}  // namespace weike::uploads
