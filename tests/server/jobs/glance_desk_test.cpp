#include "server/jobs/glance_desk.hpp"

#include "media/sandbox/sandboxed_worker.hpp"
#include "tests/media/clips.hpp"
#include "tests/server/jobs/jobs_fixture.hpp"

#include <filesystem>
#include <fstream>

namespace weike::server {
namespace {

// Uploads whose index comes first, looked at by the real child.
class GlanceDeskTest : public JobsFixture {
 protected:
  GlanceDeskTest() {
    uploads.on_index_in_front(
        [this](UploadId id, const std::string& blob_name) { desk.ask(id, blob_name); });
  }

  static media::SandboxOptions real_child() {
    media::SandboxOptions options;
    options.program = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "media_child";
    return options;
  }
  GlanceDeskOptions desk_options() {
    GlanceDeskOptions options;
    options.limits.max_duration_ms = 5'000;
    options.log = [this](std::string_view event, UploadId, std::string_view detail) {
      log.push_back(std::string(event) + " " + std::string(detail));
    };
    return options;
  }

  // Two megabytes and more, its index in front.
  std::string clip(double seconds) {
    const media::test::TempFolder folder;
    const auto file = folder.path("a.mp4");
    media::test::make_clip(
        file, "-f lavfi -i \"nullsrc=size=320x240:rate=25:duration=" + std::to_string(seconds) +
                  ",geq=random(1)*255:128:128\" -c:v libx264 -preset ultrafast "
                  "-qp 8 -pix_fmt yuv420p -movflags +faststart");
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  // Sends the first half and lets the desk look at it.
  UploadId send_half(const std::string& bytes) {
    const auto upload = uploads.create(owner_viewer(), {bytes.size(), "", {}});
    EXPECT_TRUE(upload) << upload.error().message;
    auto chunk = uploads.open_chunk(owner_viewer(), upload->id, {0, {}, {}, {}});
    EXPECT_TRUE(chunk);
    const auto half = std::string_view(bytes).substr(0, bytes.size() / 2);
    EXPECT_TRUE((*chunk)->append(std::as_bytes(std::span(half.data(), half.size()))));
    EXPECT_TRUE((*chunk)->finish(uploads::ChunkEnd::complete));
    desk.work_off();
    return upload->id;
  }

  static uploads::UploadOptions upload_options() {
    uploads::UploadOptions options;
    options.disk_reserve_bytes = 0;
    return options;
  }

  uploads::UploadService uploads{store, blobs, assets, clock, upload_options()};
  media::SandboxedWorker child{real_child()};
  GlanceDesk desk{blobs, uploads, child, desk_options()};
};

TEST_F(GlanceDeskTest, TellsTheSheetWhileTheRestIsOnItsWay) {
  const auto bytes = clip(3);
  ASSERT_GT(bytes.size(), 2U << 20);

  const auto id = send_half(bytes);

  const auto glance = uploads.glance(id);
  ASSERT_TRUE(glance && *glance);
  EXPECT_EQ((*glance)->sheet["duration_ms"], 3'000);
  EXPECT_EQ((*glance)->sheet["video"]["codec"], "h264");
  EXPECT_FALSE((*glance)->cause);
}

TEST_F(GlanceDeskTest, EndsAnUploadThatIsTooLong) {
  const auto bytes = clip(6);

  const auto id = send_half(bytes);

  ASSERT_TRUE(uploads.glance(id).value());
  EXPECT_EQ(uploads.glance(id).value()->cause, "too_long");
  const auto more = uploads.open_chunk(owner_viewer(), id, {bytes.size() / 2, {}, {}, {}});
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().code, ErrorCode::rejected);
  EXPECT_EQ(more.error().reason, "too_long");
  EXPECT_THAT(log, ::testing::Contains("glance_rejected too_long"));
}

TEST_F(GlanceDeskTest, AnAccidentTellsNothingAndIsNotRepeated) {
  const auto bytes = clip(3);
  worker.set_accident([](const media::Task&, const std::string&) -> Result<> {
    return Error{ErrorCode::internal, "the child died", "child_crashed"};
  });
  GlanceDesk unlucky(blobs, uploads, worker, desk_options());
  uploads.on_index_in_front(
      [&](UploadId id, const std::string& blob_name) { unlucky.ask(id, blob_name); });

  const auto id = send_half(bytes);
  unlucky.work_off();

  const auto glance = uploads.glance(id);
  ASSERT_TRUE(glance && *glance);
  EXPECT_TRUE((*glance)->sheet.is_null());
  EXPECT_FALSE((*glance)->cause);
}

TEST_F(GlanceDeskTest, StopsWithWorkWaiting) {
  desk.start();
  for (int i = 0; i < 100; ++i) desk.ask(UploadId::make_random(), "uploads/none");

  desk.stop();  // Neither hangs nor looks at all of them.
}

TEST_F(GlanceDeskTest, StopForgetsWhatWaits) {
  GlanceDesk idle(blobs, uploads, worker, desk_options());
  const auto id = UploadId::make_random();
  const std::string bytes = "a video";
  ASSERT_TRUE(blobs.put("uploads/a", std::as_bytes(std::span(bytes))));
  idle.ask(id, "uploads/a");

  idle.stop();
  idle.work_off();
  EXPECT_TRUE(worker.tasks().empty());

  idle.ask(id, "uploads/a");
  idle.work_off();
  EXPECT_EQ(worker.tasks().size(), 1U) << "it may be asked for again";
}

}  // namespace
}  // namespace weike::server
