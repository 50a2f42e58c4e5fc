#include "tests/media/clips.hpp"

#include "media/images/reel.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>

namespace weike::media::test {

TempFolder::TempFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "weike-media-XXXXXX").string();
  folder_ = mkdtemp(name.data());
}

TempFolder::~TempFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

File::File(const std::filesystem::path& path)
    : descriptor_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
  EXPECT_GE(descriptor_, 0) << path;
}

File::~File() { close(descriptor_); }

std::string output_of(const std::string& command) {
  std::string output;
  FILE* pipe = popen(command.c_str(), "r");
  std::array<char, 4096> buffer{};
  while (const std::size_t got = fread(buffer.data(), 1, buffer.size(), pipe))
    output.append(buffer.data(), got);
  EXPECT_EQ(pclose(pipe), 0) << command;
  return output;
}

void make_clip(const std::filesystem::path& file, const std::string& arguments) {
  output_of("cd '" + file.parent_path().string() + "' && ffmpeg -nostdin -v error -y " + arguments +
            " '" + file.string() + "'");
}

void write_file(const std::filesystem::path& file, std::string_view content) {
  std::ofstream(file, std::ios::binary) << content;
}

Result<nlohmann::json> run_on(const std::filesystem::path& file, const Task& task,
                              MemorySink& sink) {
  const File input(file);
  return run_task(input.descriptor(), task, sink);
}

Plan plan_of(const std::filesystem::path& file, MemorySink& sink) {
  const auto result = run_on(file, ProbeTask{"source", Limits{}}, sink);
  if (!result) {
    ADD_FAILURE() << result.error().message;
    return {};
  }
  if (result->contains("rejected")) {
    ADD_FAILURE() << result->dump();
    return {};
  }
  return result->at("plan").get<Plan>();
}

std::string rejection_of(const std::filesystem::path& file) {
  MemorySink sink;
  const auto result = run_on(file, ProbeTask{"source", Limits{}}, sink);
  if (!result) return "failed: " + result.error().message;
  if (!result->contains("rejected")) return "";
  return result->at("rejected").at("code").get<std::string>();
}

void make_all(const std::filesystem::path& file, const Plan& plan, MemorySink& sink,
              std::uint32_t batch) {
  SegmentsTask task{plan, {}, 0, 0};
  for (const auto& rung : plan.video) task.renditions.push_back(rung.name);
  for (const auto& rung : plan.audio) task.renditions.push_back(rung.name);
  const auto count = static_cast<std::uint32_t>(plan.segments.size());
  for (std::uint32_t first = 0; first < count; first += batch) {
    task.first_segment = first;
    task.last_segment = std::min(first + batch, count) - 1;
    const auto made = run_on(file, task, sink);
    ASSERT_TRUE(made) << made.error().message;
  }
}

MemoryFile reel_of(const Plan& plan, const MemorySink& sink) {
  const auto& rendition = reel_rendition(plan);
  auto reel = MemoryFile::create("reel").value();
  EXPECT_TRUE(reel.append(sink.files.at(rendition + "/init.mp4")));
  for (const ReelFrame& frame : reel_frames(plan)) {
    const auto& segment = sink.files.at(rendition + "/" + std::to_string(frame.segment) + ".m4s");
    const auto fragment = reel_fragment(plan, frame, segment);
    EXPECT_TRUE(fragment) << frame.number << ": " << fragment.error().message;
    EXPECT_TRUE(fragment && reel.append(*fragment));
  }
  EXPECT_TRUE(reel.seal());
  return reel;
}

Result<nlohmann::json> make_images_of(const std::filesystem::path& file, const Plan& plan,
                                      MemorySink& sink) {
  MemorySink rung;
  rung.files = sink.files;
  const auto last = static_cast<std::uint32_t>(plan.segments.size() - 1);
  const auto made = run_on(file, SegmentsTask{plan, {reel_rendition(plan)}, 0, last}, rung);
  if (!made) return made.error();
  const auto reel = reel_of(plan, rung);
  const File input(file);
  return run_task({input.descriptor(), reel.descriptor()}, ImagesTask{plan}, sink);
}

void join(const Plan& plan, const MemorySink& sink, const std::string& rendition,
          const std::filesystem::path& file) {
  std::ofstream out(file, std::ios::binary);
  const auto append = [&](const std::string& name) {
    ASSERT_TRUE(sink.files.contains(name)) << name;
    const auto& bytes = sink.files.at(name);
    out.write(reinterpret_cast<const char*>(bytes.data()),
              static_cast<std::streamsize>(bytes.size()));
  };
  append(rendition + "/init.mp4");
  for (const Segment& segment : plan.segments)
    append(rendition + "/" + std::to_string(segment.number) + ".m4s");
}

std::string pattern(int width, int height, const std::string& fps, double seconds) {
  return " -f lavfi -i testsrc2=size=" + std::to_string(width) + "x" + std::to_string(height) +
         ":rate=" + fps + ":duration=" + std::to_string(seconds) + " ";
}

std::string tone(double seconds, int hertz) {
  return " -f lavfi -i sine=frequency=" + std::to_string(hertz) +
         ":duration=" + std::to_string(seconds) + ":sample_rate=44100 ";
}

}  // namespace weike::media::test
