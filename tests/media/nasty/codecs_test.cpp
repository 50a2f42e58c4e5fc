#include "tests/media/nasty/forge.hpp"
#include "tests/media/nasty/lessons.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// Which codecs are taken, and what becomes of high dynamic range.
namespace weike::media::test {
namespace {

using ::testing::Contains;
using ::testing::Not;

struct Codec {
  const char* name;
  const char* file;
  std::string arguments;
  const char* cause;  // "": it is taken.
};

void PrintTo(const Codec& codec, std::ostream* out) { *out << codec.name; }

class EncodedAs : public ::testing::TestWithParam<Codec> {};

TEST_P(EncodedAs, IsTakenOrRefusedClearly) {
  const TempFolder folder;
  const auto file = folder.path(GetParam().file);
  make_clip(file, corners(160, 120, "25", 2) + " " + GetParam().arguments);

  EXPECT_EQ(cause_in_sandbox(file), GetParam().cause);
  if (*GetParam().cause != '\0') return;
  const auto lesson = make_lesson(file);
  EXPECT_LT(difference(picture_at(lesson.picture, 1), picture_at(file, 1)), 10);
}

constexpr const char* kHevc = "-c:v libx265 -preset ultrafast -x265-params log-level=none ";

INSTANTIATE_TEST_SUITE_P(
    Table, EncodedAs,
    ::testing::Values(Codec{"vp9_in_avi", "a.avi",
                            "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 1M", ""},
                      Codec{"cinepak_in_avi", "a.avi", "-c:v cinepak", "unsupported_codec"},
                      Codec{"motion_jpeg", "a.avi", "-c:v mjpeg", "unsupported_codec"},
                      Codec{"prores", "a.mov", "-c:v prores", "unsupported_codec"},
                      Codec{"raw", "a.avi", "-c:v rawvideo", "unsupported_codec"},
                      Codec{"mpeg1", "a.mpg", "-c:v mpeg1video -b:v 1M", ""},
                      Codec{"mpeg2_program_stream", "a.mpg", "-c:v mpeg2video -b:v 2M", ""},
                      Codec{"windows_media", "a.wmv", "-c:v wmv2", "unsupported_container"},
                      Codec{"flash", "a.flv", "-c:v flv", "unsupported_container"},
                      Codec{"gif", "a.gif", "", "unsupported_container"},
                      Codec{"av1", "a.mp4", "-c:v libsvtav1 -preset 12 -pix_fmt yuv420p", ""},
                      Codec{"hevc_hvc1", "a.mp4", std::string(kHevc) + "-tag:v hvc1", ""},
                      Codec{"hevc_hev1", "a.mp4", std::string(kHevc) + "-tag:v hev1", ""},
                      Codec{"hevc_ten_bits_sdr", "a.mp4",
                            std::string(kHevc) + "-tag:v hvc1 -pix_fmt yuv420p10le", ""},
                      Codec{"encrypted", "a.mp4",
                            std::string(kX264) + "-encryption_scheme cenc-aes-ctr -encryption_key "
                                                 "76a6c65c5ea762046bd749a2e632ccbb -encryption_kid "
                                                 "a7e61c373e219033c21091fa607bf3b8",
                            "encrypted"}));

TEST(Codecs, TenBitsAloneAreNoHdr) {
  const TempFolder folder;
  const auto file = folder.path("a.mp4");
  make_clip(file, corners(160, 120, "25", 2) + " " + kHevc + "-pix_fmt yuv420p10le");

  const auto lesson = make_lesson(file);

  EXPECT_EQ(lesson.plan.tone_curve, ToneCurve::sdr);
  EXPECT_THAT(lesson.verdict["warnings"], Not(Contains("hdr_converted")));
}

TEST(Codecs, HdrBecomesSdr) {
  struct Row {
    const char* transfer;
    ToneCurve curve;
  };
  for (const Row& row : {Row{"arib-std-b67", ToneCurve::hlg}, Row{"smpte2084", ToneCurve::pq}}) {
    SCOPED_TRACE(row.transfer);
    const TempFolder folder;
    const auto file = folder.path("a.mp4");
    make_clip(file, corners(160, 120, "25", 2) + " " + kHevc +
                        "-tag:v hvc1 -pix_fmt yuv420p10le -color_primaries bt2020 -color_trc " +
                        row.transfer + " -colorspace bt2020nc");

    const auto lesson = make_lesson(file);

    EXPECT_EQ(lesson.plan.tone_curve, row.curve);
    EXPECT_THAT(lesson.verdict["warnings"], Contains("hdr_converted"));
    EXPECT_EQ(stream_entry(lesson.picture, "v",
                           "pix_fmt,color_range,color_space,color_transfer,color_primaries"),
              "yuv420p,tv,bt709,bt709,bt709");
  }
}

// Profile 8.4: HEVC with HLG below a Dolby Vision configuration. Only the base is used.
TEST(Codecs, DolbyVisionIsStripped) {
  const TempFolder folder;
  const auto file = folder.path("a.mp4");
  make_clip(file, corners(160, 120, "25", 2) + " " + kHevc +
                      "-tag:v hvc1 -pix_fmt yuv420p10le -color_primaries bt2020 "
                      "-color_trc arib-std-b67 -colorspace bt2020nc");
  std::string bytes = read_file(file);
  // The configuration takes the place of a box that nobody needs, behind hvcC in the sample entry.
  const auto entry = bytes.find("hvc1", bytes.find("stsd"));
  ASSERT_NE(entry, std::string::npos);
  const auto spare = bytes.find("btrt", entry);
  ASSERT_NE(spare, std::string::npos);
  overwrite(bytes, spare - 4,
            big_endian(20, 4) + "dvvC" + big_endian(0x0100'1085, 4) + big_endian(0x4000'0000, 4) +
                big_endian(0, 4));
  overwrite(bytes, entry, "dvh1");
  write_file(file, bytes);
  const auto seen = output_of(
      "ffprobe -v error -show_entries stream_side_data=side_data_type,dv_profile -of csv=p=0 '" +
      file.string() + "'");
  ASSERT_NE(seen.find("DOVI"), std::string::npos) << "the file is what it is meant to be: " << seen;

  const auto lesson = make_lesson(file);

  EXPECT_EQ(lesson.plan.tone_curve, ToneCurve::hlg);
  EXPECT_EQ(stream_entry(lesson.picture, "v", "codec_name,codec_tag_string"), "h264,avc1");
  const std::string made = read_file(lesson.picture);
  for (const char* word : {"dvcC", "dvvC", "dvh1", "hvc1"})
    EXPECT_EQ(made.find(word), std::string::npos) << word;
}

}  // namespace
}  // namespace weike::media::test
