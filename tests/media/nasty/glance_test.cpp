#include "media/sandbox/sandboxed_worker.hpp"
#include "tests/media/nasty/forge.hpp"
#include "tests/media/nasty/lessons.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// What can be told of a file of which only the beginning is there.
namespace weike::media::test {
namespace {

using ::testing::Contains;

nlohmann::json glance_at(const std::filesystem::path& file, const Limits& limits = {}) {
  const File input(file);
  MemorySink sink;
  const TaskControl control;
  const auto result = SandboxedWorker().run(input.descriptor(), GlanceTask{limits}, sink, control);
  return result ? *result : nlohmann::json{{"failed", result.error().message}};
}

// The first bytes of a file, up to and with its index and a little of what follows.
std::filesystem::path beginning_of(const TempFolder& folder, const std::filesystem::path& whole,
                                   std::size_t behind_index = 20'000) {
  const std::string bytes = read_file(whole);
  const auto movie = find_box(bytes, {"moov"});
  const auto part = folder.path("part-" + whole.filename().string());
  write_file(part, bytes.substr(0, movie + number_at(bytes, movie, 4) + behind_index));
  return part;
}

constexpr const char* kFast = " -movflags +faststart ";

TEST(Glance, TellsFromTheIndexWhatTheProbeWillFind) {
  const TempFolder folder;
  const auto whole = folder.path("a.mp4");
  make_clip(whole, pattern(640, 360, "25", 6) + tone(6) + kX264 + "-b:v 4M -c:a aac" + kFast);

  const auto glance = glance_at(beginning_of(folder, whole));
  const auto probe = probe_in_sandbox(whole);

  ASSERT_TRUE(glance.contains("sheet")) << glance.dump();
  const auto& sheet = glance["sheet"];
  const auto& verdict = probe["verdict"];
  for (const char* field : {"container", "duration_ms", "declared_duration_ms", "audio"})
    EXPECT_EQ(sheet[field], verdict[field]) << field;
  for (const char* field :
       {"codec", "width", "height", "rotation", "fps", "frame_rate_kind", "hdr", "bitrate"})
    EXPECT_EQ(sheet["video"][field], verdict["video"][field]) << field;
  EXPECT_THAT(sheet["warnings"], Contains("short_lesson"));
}

TEST(Glance, RejectsWhatTheRestCannotMend) {
  const TempFolder folder;
  make_clip(folder.path("long.mp4"), pattern(160, 120, "25", 5) + kX264 + kFast);
  make_clip(folder.path("sound.mp4"), tone(5) + "-c:a aac" + std::string(kFast));
  make_clip(folder.path("prores.mov"), pattern(160, 120, "25", 2) + "-c:v prores" + kFast);
  make_clip(folder.path("strip.mp4"), pattern(640, 64, "25", 2) + kX264 + kFast);
  Limits limits;
  limits.max_duration_ms = 4'000;
  const auto cause = [&](const char* name, const Limits& within = {}) {
    const auto result = glance_at(beginning_of(folder, folder.path(name), 5'000), within);
    return result.contains("rejected") ? result["rejected"]["code"].get<std::string>()
                                       : result.dump();
  };

  EXPECT_EQ(cause("long.mp4", limits), "too_long");
  EXPECT_EQ(cause("sound.mp4"), "no_video");
  EXPECT_EQ(cause("prores.mov"), "unsupported_codec");
  EXPECT_EQ(cause("strip.mp4"), "bad_aspect");
}

TEST(Glance, SaysNothingWithoutAnIndex) {
  const TempFolder folder;
  const auto whole = folder.path("a.mp4");
  make_clip(whole, pattern(320, 240, "25", 3) + kX264);
  const std::string bytes = read_file(whole);
  write_file(folder.path("half.mp4"), bytes.substr(0, bytes.size() / 2));
  const auto fast = folder.path("fast.mp4");
  make_clip(fast, pattern(320, 240, "25", 3) + kX264 + kFast);
  write_file(folder.path("in_the_index.mp4"), read_file(fast).substr(0, 600));
  write_file(folder.path("noise.mp4"), std::string(5'000, '\x81'));
  make_clip(folder.path("vp9.mp4"),
            pattern(320, 240, "25", 3) + "-c:v libvpx-vp9 -deadline realtime -cpu-used 8" + kFast);
  write_file(folder.path("content_tells.mp4"),
             read_file(beginning_of(folder, folder.path("vp9.mp4"), 100)));
  const std::string matroska = [&] {
    make_clip(folder.path("b.mkv"), pattern(320, 240, "25", 3) + kX264);
    return read_file(folder.path("b.mkv"));
  }();
  write_file(folder.path("some.mkv"), matroska.substr(0, matroska.size() / 4));

  for (const char* name :
       {"half.mp4", "in_the_index.mp4", "noise.mp4", "content_tells.mp4", "some.mkv"})
    EXPECT_EQ(glance_at(folder.path(name)), nlohmann::json::object()) << name;
}

}  // namespace
}  // namespace weike::media::test
