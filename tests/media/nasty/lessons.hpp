#pragma once

#include "media/task.hpp"
#include "tests/media/clips.hpp"

#include <filesystem>
#include <string>
#include <vector>

// What becomes of a nasty file: its probe in the real sandbox, its rejection, its decoded output.
namespace weike::media::test {

// A probe as the server runs it. The result, or {"failed": reason}.
nlohmann::json probe_in_sandbox(const std::filesystem::path& file, const ProbeTask& task = {});
// The cause of the rejection there, "" if the file was accepted.
std::string cause_in_sandbox(const std::filesystem::path& file);

// Everything that is made of a file, still pictures coded like any other, with its renditions
// joined into files beside it.
struct Lesson {
  Plan plan;
  nlohmann::json verdict;
  MemorySink sink;
  std::filesystem::path picture;  // The top rung.
  std::filesystem::path sound;    // a128; empty without sound.
};
Lesson make_lesson(const std::filesystem::path& file, const Trim& trim = {});

// The frame shown at `seconds`, upright, as 32 × 32 RGB; "" if there is none.
std::string picture_at(const std::filesystem::path& file, double seconds);
// Mean absolute difference of two such, 0 to 255; 999 if they cannot be compared.
double difference(const std::string& a, const std::string& b);
// Of the top rung, by decoding.
std::int64_t frames_shown(const Lesson& lesson);
// What ffprobe says of the first stream of a kind ("v", "a"): "width,height" → "320,240".
std::string stream_entry(const std::filesystem::path& file, const char* kind,
                         const std::string& entries);
// Decoded mono samples at 48 kHz.
std::vector<float> samples_of(const std::filesystem::path& file);
// Root mean square of [from, to) seconds.
double level(const std::vector<float>& samples, double from, double to);

inline constexpr const char* kX264 = " -c:v libx264 -preset ultrafast -pix_fmt yuv420p ";
// A still picture whose corners all differ: what was turned or mirrored wrongly shows.
std::string corners(int width, int height, const std::string& fps, double seconds);

}  // namespace weike::media::test
