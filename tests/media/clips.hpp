#pragma once

#include "media/sandbox/memory_file.hpp"
#include "media/task.hpp"
#include "tests/media/memory_sink.hpp"

#include <filesystem>
#include <string>
#include <vector>

// Short clips for tests, made on the spot with the ffmpeg command line.
namespace weike::media::test {

// A folder that lives as long as the test.
class TempFolder {
 public:
  TempFolder();
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  std::filesystem::path path(const std::string& name) const { return folder_ / name; }

 private:
  std::filesystem::path folder_;
};

// An open file, for tasks that read by descriptor.
class File {
 public:
  explicit File(const std::filesystem::path& path);
  ~File();
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

// Runs `ffmpeg -v error -y <arguments> <file>` in the folder of `file`. Fails the test if it fails.
void make_clip(const std::filesystem::path& file, const std::string& arguments);

// What a command prints, with the line ends; fails the test if it fails.
std::string output_of(const std::string& command);

void write_file(const std::filesystem::path& file, std::string_view content);

// Runs `task` on `file` in this process.
Result<nlohmann::json> run_on(const std::filesystem::path& file, const Task& task,
                              MemorySink& sink);

// Probes `file`; fails the test when it is rejected.
Plan plan_of(const std::filesystem::path& file, MemorySink& sink);

// The cause a probe of `file` gives, or "" if it is accepted.
std::string rejection_of(const std::filesystem::path& file);

// Makes all segments of all renditions, one task for each `batch` of segments.
void make_all(const std::filesystem::path& file, const Plan& plan, MemorySink& sink,
              std::uint32_t batch = 3);

// The reel of a lesson whose smallest rung is in `sink`.
MemoryFile reel_of(const Plan& plan, const MemorySink& sink);

// Makes the images of `file`, whose probe put its init segments into `sink`, and before them the
// smallest rung, which is forgotten.
Result<nlohmann::json> make_images_of(const std::filesystem::path& file, const Plan& plan,
                                      MemorySink& sink);

// Writes init and all segments of a rendition as one playable file.
void join(const Plan& plan, const MemorySink& sink, const std::string& rendition,
          const std::filesystem::path& file);

// A picture test source and a tone, 2 s GOPs: "-f lavfi …".
std::string pattern(int width, int height, const std::string& fps, double seconds);
std::string tone(double seconds, int hertz = 440);

}  // namespace weike::media::test
