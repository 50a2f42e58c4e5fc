#include "media/sandbox/sandboxed_worker.hpp"
#include "tests/media/clips.hpp"

#include <gtest/gtest.h>

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
  for (const auto& [name, bytes] : free.files) EXPECT_TRUE(boxed.files.at(name) == bytes) << name;
}

}  // namespace
}  // namespace weike::media::test
