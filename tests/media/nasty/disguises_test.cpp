#include "tests/media/nasty/forge.hpp"
#include "tests/media/nasty/lessons.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <fstream>

// Files that are no video, whatever their name says.
namespace weike::media::test {
namespace {

using namespace std::string_literals;

// Tells whether anybody opened a file since this was made.
class OpenWatch {
 public:
  explicit OpenWatch(const std::filesystem::path& file)
      : descriptor_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
    EXPECT_GE(inotify_add_watch(descriptor_, file.c_str(), IN_OPEN | IN_ACCESS), 0);
  }
  ~OpenWatch() { close(descriptor_); }
  OpenWatch(const OpenWatch&) = delete;
  OpenWatch& operator=(const OpenWatch&) = delete;
  bool was_opened() const {
    std::array<char, 4096> events{};
    return read(descriptor_, events.data(), events.size()) > 0;
  }

 private:
  int descriptor_;
};

struct Disguise {
  const char* name;
  // {dir} stands for the folder in which a video of somebody else lies as "secret.ts".
  std::string content;
};

void PrintTo(const Disguise& disguise, std::ostream* out) { *out << disguise.name; }

class PointingElsewhere : public ::testing::TestWithParam<Disguise> {};

TEST_P(PointingElsewhere, IsRejectedAndNothingIsOpened) {
  const TempFolder folder;
  const auto secret = folder.path("secret.ts");
  make_clip(secret, pattern(160, 120, "25", 2) + kX264);
  std::string content = GetParam().content;
  const auto place = content.find("{dir}");
  if (place != std::string::npos) content.replace(place, 5, folder.path("").parent_path().string());
  const auto file = folder.path("lesson.mp4");
  write_file(file, content);
  const OpenWatch watch(secret);

  EXPECT_EQ(rejection_of(file), "unsupported_container");  // Without the sandbox's help.
  EXPECT_FALSE(watch.was_opened());
  EXPECT_EQ(cause_in_sandbox(file), "unsupported_container");
  EXPECT_FALSE(watch.was_opened());
}

std::string playlist(const std::string& target) {
  return "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:2,\n" + target + "\n#EXT-X-ENDLIST\n";
}
std::string presentation(const std::string& target) {
  return "<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"static\" "
         "mediaPresentationDuration=\"PT2S\"><Period><AdaptationSet><Representation id=\"1\" "
         "mimeType=\"video/mp4\"><BaseURL>" +
         target + "</BaseURL></Representation></AdaptationSet></Period></MPD>";
}

INSTANTIATE_TEST_SUITE_P(
    Table, PointingElsewhere,
    ::testing::Values(Disguise{"hls_relative", playlist("secret.ts")},
                      Disguise{"hls_absolute", playlist("{dir}/secret.ts")},
                      Disguise{"hls_file", playlist("file://{dir}/secret.ts")},
                      Disguise{"hls_http", playlist("http://127.0.0.1:9/secret.ts")},
                      Disguise{"hls_concat", playlist("concat:{dir}/secret.ts|/etc/passwd")},
                      Disguise{"ffconcat_relative", "ffconcat version 1.0\nfile secret.ts\n"},
                      Disguise{"ffconcat_absolute",
                               "ffconcat version 1.0\nfile '{dir}/secret.ts'\n"},
                      Disguise{"dash_relative", presentation("secret.ts")},
                      Disguise{"dash_http", presentation("http://127.0.0.1:9/secret.mp4")},
                      Disguise{"sdp",
                               "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\n"
                               "m=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n"}));

// The same trick one level down: a track whose samples are said to lie in another file.
TEST(PointingElsewhere, TrackInAnotherFileIsNotFollowed) {
  const TempFolder folder;
  const auto secret = folder.path("secret.mp4");
  make_clip(secret, pattern(160, 120, "25", 2) + kX264);
  std::string bytes = read_file(secret);
  const auto reference = find_box(bytes, {"moov", "trak", "mdia", "minf", "dinf", "dref"});
  ASSERT_NE(reference, std::string::npos);
  overwrite(bytes, reference + 16 + 4, "alis");            // In place of "url ";
  overwrite(bytes, reference + 16 + 8, big_endian(0, 4));  // and no longer in the same file.
  const auto file = folder.path("lesson.mov");
  write_file(file, bytes);
  const OpenWatch watch(secret);

  cause_in_sandbox(file);
  rejection_of(file);

  EXPECT_FALSE(watch.was_opened());
}

TEST(Disguises, FilesWithoutAVideoAreRejected) {
  const TempFolder folder;
  make_clip(folder.path("a.png"), "-f lavfi -i testsrc2=size=64x64 -frames:v 1");
  make_clip(folder.path("a.jpg"), "-f lavfi -i testsrc2=size=64x64 -frames:v 1");
  make_clip(folder.path("a.webp"), pattern(64, 64, "5", 1) + "-c:v libwebp_anim");
  make_clip(folder.path("a.gif"), pattern(64, 64, "10", 1));
  make_clip(folder.path("a.apng"), pattern(64, 64, "10", 1) + "-f apng");
  std::string noise(100'000, '\0');
  std::uint32_t state = 1;
  for (char& byte : noise) byte = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  write_file(folder.path("a.noise"), noise);
  write_file(folder.path("a.empty"), "");
  write_file(folder.path("a.txt"), "This is no video at all.\nNeither is this line.\n");
  write_file(folder.path("a.html"), "<!DOCTYPE html><html><body>502 Bad Gateway</body></html>");
  write_file(folder.path("a.zip"), "PK\x03\x04\x14\0\0\0\x08\0"s + std::string(500, 'z'));
  write_file(folder.path("a.box"), box("ftyp", "isom") + box("free", std::string(2000, 'x')));

  for (const char* name : {"a.png", "a.jpg", "a.webp", "a.gif", "a.apng", "a.noise", "a.empty",
                           "a.txt", "a.html", "a.zip"}) {
    SCOPED_TRACE(name);
    EXPECT_EQ(cause_in_sandbox(folder.path(name)), "unsupported_container");
  }
  EXPECT_EQ(cause_in_sandbox(folder.path("a.box")), "incomplete_file");
}

}  // namespace
}  // namespace weike::media::test
