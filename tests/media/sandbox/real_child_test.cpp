#include "media/sandbox/sandboxed_worker.hpp"
#include "tests/media/clips.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

// The real child under all its limits, doing work whose libraries ask the system for more than
// others do.
namespace weike::media::test {
namespace {

SandboxOptions real_child() {
  SandboxOptions options;
  options.program = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "media_child";
  return options;
}

// One second of time base, tagged, so that the copy is allowed too.
std::string clip_arguments() {
  return pattern(640, 480, "10", 5) +
         "-c:v libx264 -preset veryfast -crf 32 -g 20 -sc_threshold 0 -pix_fmt yuv420p "
         "-colorspace bt709 -color_primaries bt709 -color_trc bt709 -color_range tv";
}

TEST(RealChild, MakesBackgroundAndCopiedRungInsideItsLimits) {
  const TempFolder folder;
  const auto clip = folder.path("clip.mp4");
  make_clip(clip, clip_arguments());
  const File input(clip);
  SandboxedWorker worker(real_child());
  const TaskControl control;
  MemorySink boxed;
  MemorySink free;
  const auto probed = worker.run(input.descriptor(), ProbeTask{"source", Limits{}}, boxed, control);
  ASSERT_TRUE(probed) << probed.error().message;
  const auto plan = probed->at("plan").get<Plan>();
  ASSERT_TRUE(plan.background);
  ASSERT_TRUE(plan.copied) << plan.copied_refused;
  const SegmentsTask task{plan, {"v480-source", "v480", "v480-av1", "v360"}, 0, 1};

  const auto made = worker.run(input.descriptor(), task, boxed, control);

  ASSERT_TRUE(made) << made.error().message << " " << made.error().reason;
  ASSERT_TRUE(run_task(input.descriptor(), task, free));
  ASSERT_FALSE(free.files.empty());
  for (const auto& [name, bytes] : free.files) EXPECT_TRUE(boxed.files.at(name) == bytes) << name;
}

TEST(RealChild, MakesImagesFromSourceAndReelInsideItsLimits) {
  const TempFolder folder;
  const auto clip = folder.path("clip.mp4");
  make_clip(clip, clip_arguments());
  const File input(clip);
  MemorySink boxed;
  MemorySink free;
  const auto plan = plan_of(clip, free);
  make_all(clip, plan, free);
  const auto reel = reel_of(plan, free);
  const TaskInput both(input.descriptor(), reel.descriptor());
  SandboxedWorker worker(real_child());
  const TaskControl control;

  const auto made = worker.run(both, ImagesTask{plan}, boxed, control);

  ASSERT_TRUE(made) << made.error().message << " " << made.error().reason;
  ASSERT_TRUE(run_task(both, ImagesTask{plan}, free));
  ASSERT_FALSE(boxed.files.empty());
  for (const auto& [name, bytes] : boxed.files) EXPECT_TRUE(free.files.at(name) == bytes) << name;
}

// A minute of 1080p whose index names the first key frame only, so that all of it has to be decoded
// for its last segment.
void make_clip_with_one_key_frame(const TempFolder& folder, const std::filesystem::path& clip) {
  const auto part = folder.path("part.mp4");
  make_clip(part, pattern(1920, 1080, "30", 3) + "-c:v libx264 -preset veryfast -crf 23 -bf 0");
  make_clip(clip, "-stream_loop 19 -i " + part.string() + " -c copy");
  std::fstream file(clip, std::ios::in | std::ios::out | std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(file), {}};
  // ISO/IEC 14496-12, 8.6.2: the name of the box, its version and flags, the number of entries.
  const auto box = content.rfind("stss");
  ASSERT_NE(box, std::string::npos);
  file.seekp(static_cast<std::streamoff>(box) + 8);
  file.write("\0\0\0\1", 4);
  ASSERT_TRUE(file.flush());
}

TEST(RealChild, GivesSignsOfLifeOnTheLongWayToItsFirstFrame) {
  const TempFolder folder;
  const auto clip = folder.path("clip.mp4");
  make_clip_with_one_key_frame(folder, clip);
  const File input(clip);
  auto options = real_child();
  options.silence_limit = std::chrono::seconds{2};
  SandboxedWorker worker(options);
  const TaskControl control;
  MemorySink sink;
  const ProbeTask probe{"source", Limits{}, {.may_copy = false, .has_av1 = false}};
  const auto probed = worker.run(input.descriptor(), probe, sink, control);
  ASSERT_TRUE(probed) << probed.error().message;
  const auto plan = probed->at("plan").get<Plan>();
  const auto last = static_cast<std::uint32_t>(plan.segments.size() - 1);

  const auto made =
      worker.run(input.descriptor(), SegmentsTask{plan, {"v360"}, last, last}, sink, control);

  ASSERT_TRUE(made) << made.error().message << " " << made.error().reason;
  EXPECT_TRUE(sink.files.contains("v360/" + std::to_string(last) + ".m4s"));
}

}  // namespace
}  // namespace weike::media::test
