#include "media/observation.hpp"
#include "tests/media/nasty/forge.hpp"
#include "tests/media/nasty/lessons.hpp"

#include <gtest/gtest.h>

// What a file says of itself stays in it: no output carries a word, a place or a script.
namespace weike::media::test {
namespace {

constexpr const char* kMarker = "WEIKEMARKER";

std::string text_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST(Metadata, NeverReachesAnyOutput) {
  const TempFolder folder;
  const auto file = folder.path("a.mov");
  make_clip(file, pattern(320, 240, "25", 3) + tone(3) +
                      "-metadata title='WEIKEMARKER<script>alert(1)</script>' "
                      "-metadata comment=\"$(printf 'WEIKEMARKER\\001\\033[31m\\177')\" "
                      "-metadata location='+31.2304+121.4737/' -metadata artist=WEIKEMARKER "
                      "-metadata:s:v handler_name=WEIKEMARKER -metadata:s:a title=WEIKEMARKER "
                      "-metadata:s:a language=chi -movflags use_metadata_tags "
                      "-bsf:v h264_metadata=sei_user_data="
                      "086f3693-b7b3-4f2c-9653-21492feee5b8+WEIKEMARKER -c:a aac" +
                      kX264);
  ASSERT_NE(read_file(file).find(kMarker), std::string::npos);
  ASSERT_NE(read_file(file).find("+31.2304"), std::string::npos);

  auto lesson = make_lesson(file);
  const auto images = make_images_of(file, lesson.plan, lesson.sink);

  ASSERT_TRUE(images) << images.error().message;
  for (const auto& [name, bytes] : lesson.sink.files) {
    SCOPED_TRACE(name);
    EXPECT_EQ(text_of(bytes).find(kMarker), std::string::npos);
    EXPECT_EQ(text_of(bytes).find("+31.2304"), std::string::npos);
    EXPECT_EQ(text_of(bytes).find("alert(1)"), std::string::npos);
  }
  for (const auto& [name, observation] : lesson.sink.observations)
    EXPECT_EQ(nlohmann::json(observation).dump().find(kMarker), std::string::npos) << name;
  const auto told = lesson.verdict.dump() + nlohmann::json(lesson.plan).dump() + images->dump();
  EXPECT_EQ(told.find(kMarker), std::string::npos);
}

TEST(Metadata, HugeTagsAreNoTrouble) {
  const TempFolder folder;
  const auto file = folder.path("a.mkv");
  write_file(folder.path("tags.txt"),
             ";FFMETADATA1\ntitle=" + std::string(2'000'000, 'W') + "\ncomment=WEIKEMARKER\n");
  make_clip(file, pattern(160, 120, "25", 2) + "-i tags.txt -map_metadata 1" + kX264);
  ASSERT_GT(std::filesystem::file_size(file), 2'000'000U);

  const auto result = probe_in_sandbox(file);

  ASSERT_TRUE(result.contains("plan")) << result.dump();
  EXPECT_LT(result.dump().size(), 10'000U);
  EXPECT_EQ(result.dump().find(kMarker), std::string::npos);
}

// The words of a rejection are ours, too.
TEST(Metadata, IsNotInRejections) {
  const TempFolder folder;
  const auto file = folder.path("a.avi");
  make_clip(file, pattern(160, 120, "25", 2) + "-metadata title=WEIKEMARKER -c:v cinepak");

  const auto result = probe_in_sandbox(file);

  EXPECT_EQ(result["rejected"]["code"], "unsupported_codec");
  EXPECT_EQ(result.dump().find(kMarker), std::string::npos);
}

}  // namespace
}  // namespace weike::media::test
