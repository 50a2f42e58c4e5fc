#include "tests/media/nasty/forge.hpp"
#include "tests/media/nasty/lessons.hpp"

#include <gtest/gtest.h>

#include <cmath>

// Pictures of every shape come out upright, with square pixels, and in the right colours.
namespace weike::media::test {
namespace {

constexpr std::int32_t kOne = 0x10000;

// The mean colour of a quarter of a 32 × 32 picture.
struct Colour {
  double red = 0;
  double green = 0;
};
Colour corner(const std::string& picture, bool is_right, bool is_low) {
  Colour colour;
  for (int y = 1; y < 5; ++y) {
    for (int x = 1; x < 5; ++x) {
      const int column = is_right ? 31 - x : x;
      const int row = is_low ? 31 - y : y;
      const auto at = static_cast<std::size_t>((row * 32 + column) * 3);
      colour.red += static_cast<unsigned char>(picture[at]) / 16.0;
      colour.green += static_cast<unsigned char>(picture[at + 1]) / 16.0;
    }
  }
  return colour;
}

struct Turn {
  const char* name;
  std::int32_t a, b, c, d;
  const char* size;
  // Where the red corner (top left as coded) comes to lie; the green one lies opposite.
  bool is_right;
  bool is_low;
};

void PrintTo(const Turn& turn, std::ostream* out) { *out << turn.name; }

class Turned : public ::testing::TestWithParam<Turn> {};

TEST_P(Turned, ComesOutUprightInPixels) {
  const TempFolder folder;
  const auto file = folder.path("a.mp4");
  make_clip(file, corners(320, 240, "25", 2) + kX264);
  std::string bytes = read_file(file);
  const Turn& turn = GetParam();
  set_matrix(bytes, {turn.a, turn.b, 0, turn.c, turn.d, 0, 0, 0, 0x40000000});
  write_file(file, bytes);

  const auto lesson = make_lesson(file);

  EXPECT_EQ(stream_entry(lesson.picture, "v", "width,height"), turn.size);
  const auto matrix =
      output_of("ffprobe -v error -show_entries stream_side_data=rotation -of csv=p=0 '" +
                lesson.picture.string() + "'");
  EXPECT_EQ(matrix.find_first_of("0123456789"), std::string::npos) << "a matrix is left to obey";
  const auto shown = picture_at(lesson.picture, 1);
  const auto red = corner(shown, turn.is_right, turn.is_low);
  const auto green = corner(shown, !turn.is_right, !turn.is_low);
  EXPECT_GT(red.red, 180);
  EXPECT_LT(red.green, 80);
  EXPECT_GT(green.green, 180);
  EXPECT_LT(green.red, 80);
}

INSTANTIATE_TEST_SUITE_P(
    Table, Turned,
    ::testing::Values(Turn{"quarter", 0, kOne, -kOne, 0, "240,320", true, false},
                      Turn{"half", -kOne, 0, 0, -kOne, "320,240", true, true},
                      Turn{"three_quarters", 0, -kOne, kOne, 0, "240,320", false, true},
                      Turn{"mirrored", -kOne, 0, 0, kOne, "320,240", true, false},
                      Turn{"upside_down_mirrored", kOne, 0, 0, -kOne, "320,240", false, true},
                      Turn{"odd_angle", 59'000, 28'000, -28'000, 59'000, "320,240", false, false},
                      Turn{"steep_angle", 20'000, 62'000, -62'000, 20'000, "240,320", true, false},
                      Turn{"zeros", 0, 0, 0, 0, "320,240", false, false}));

struct Shape {
  const char* name;
  const char* file;
  int width;
  int height;
  std::string codec;  // Behind the picture's filter.
  const char* size;   // Of the top rung.
};

void PrintTo(const Shape& shape, std::ostream* out) { *out << shape.name; }

class Shaped : public ::testing::TestWithParam<Shape> {};

TEST_P(Shaped, KeepsPictureAndColours) {
  const Shape& shape = GetParam();
  const TempFolder folder;
  const auto file = folder.path(shape.file);
  make_clip(file, corners(shape.width, shape.height, "25", 2) + shape.codec);

  const auto lesson = make_lesson(file);

  EXPECT_EQ(stream_entry(lesson.picture, "v", "width,height"), shape.size);
  const auto entries =
      stream_entry(lesson.picture, "v", "sample_aspect_ratio,pix_fmt,color_range,color_space");
  EXPECT_EQ(entries, "1:1,yuv420p,tv,bt709");
  EXPECT_EQ(frames_shown(lesson), lesson.plan.frame_count);
  EXPECT_LT(difference(picture_at(lesson.picture, 1), picture_at(file, 1)), 10);
}

constexpr const char* kFormat = " -c:v libx264 -preset ultrafast -pix_fmt ";

INSTANTIATE_TEST_SUITE_P(
    Table, Shaped,
    ::testing::Values(
        Shape{"portrait", "a.mp4", 240, 426, kX264, "240,426"},
        Shape{"square", "a.mp4", 240, 240, kX264, "240,240"},
        Shape{"cinema", "a.mp4", 560, 240, kX264, "560,240"},
        Shape{"odd_size", "a.mp4", 639, 359, std::string(kFormat) + "yuv444p", "638,358"},
        Shape{"full_range", "a.mp4", 320, 240,
              ",scale=out_range=pc" + std::string(kFormat) + "yuvj420p -color_range pc", "320,240"},
        Shape{"ten_bits", "a.mp4", 320, 240, std::string(kFormat) + "yuv420p10le", "320,240"},
        Shape{"four_two_two", "a.mp4", 320, 240, std::string(kFormat) + "yuv422p", "320,240"},
        Shape{"four_two_two_ten", "a.mp4", 320, 240, std::string(kFormat) + "yuv422p10le",
              "320,240"},
        Shape{"alpha", "a.webm", 320, 240,
              " -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -pix_fmt yuva420p -b:v 1M",
              "320,240"},
        Shape{"rgb", "a.mp4", 320, 240, " -c:v libx264rgb -preset ultrafast -pix_fmt rgb24",
              "320,240"},
        Shape{"wide_pixels", "a.mp4", 240, 240, ",setsar=4/3" + std::string(kX264), "320,240"},
        Shape{"narrow_pixels", "a.mp4", 320, 180, ",setsar=3/4" + std::string(kX264), "320,240"},
        Shape{"dv_anamorphic", "a.avi", 360, 288, ",setsar=64/45 -c:v mpeg4 -b:v 2M", "512,288"}));

TEST(Shapes, StripsAreRejected) {
  const TempFolder folder;
  make_clip(folder.path("tall.mp4"), pattern(2, 4000, "25", 2) + "-c:v mpeg4");
  write_file(folder.path("gray"), std::string(4'000 * 50, '\x60'));
  make_clip(folder.path("thread.mp4"),
            "-f rawvideo -pix_fmt gray -s 1x4000 -r 25 -i gray -c:v mpeg4");
  ASSERT_EQ(stream_entry(folder.path("thread.mp4"), "v", "width,height"), "1,4000");
  make_clip(folder.path("flat.mp4"), pattern(640, 200, "25", 2) + kX264);
  make_clip(folder.path("still_fine.mp4"), pattern(600, 200, "25", 2) + kX264);

  EXPECT_EQ(cause_in_sandbox(folder.path("tall.mp4")), "bad_aspect");
  EXPECT_EQ(cause_in_sandbox(folder.path("thread.mp4")), "bad_aspect");
  EXPECT_EQ(cause_in_sandbox(folder.path("flat.mp4")), "bad_aspect");
  EXPECT_EQ(cause_in_sandbox(folder.path("still_fine.mp4")), "");
}

// How much neighbouring rows of the frame at 1.5 s differ, on the average.
double combing(const std::filesystem::path& file) {
  const auto rows =
      output_of("ffmpeg -nostdin -v error -i '" + file.string() +
                "' -vf \"select='gte(t,1.5)'\" -frames:v 1 -f rawvideo -pix_fmt gray -");
  double sum = 0;
  for (std::size_t i = 320; i < rows.size(); ++i)
    sum += std::abs(int{static_cast<unsigned char>(rows[i])} -
                    int{static_cast<unsigned char>(rows[i - 320])});
  return rows.empty() ? -1 : sum / static_cast<double>(rows.size());
}

// An upright edge that moves: its rows belong to two instants, until they are taken apart.
TEST(Shapes, InterlacedBecomesProgressive) {
  for (const char* order : {"interlace", "interlace=scan=bff"}) {
    SCOPED_TRACE(order);
    const TempFolder folder;
    const auto file = folder.path("a.mpg");
    make_clip(file,
              "-f lavfi -i \"nullsrc=size=320x240:rate=50:duration=3,"
              "geq=lum='16+200*between(mod(X-N*6,320),0,80)':cb=128:cr=128\" -vf " +
                  std::string(order) + " -c:v mpeg2video -flags +ildct+ilme -b:v 4M");

    const auto lesson = make_lesson(file);

    EXPECT_TRUE(lesson.plan.is_interlaced);
    EXPECT_EQ(lesson.plan.frame_rate, (Rational{25, 1}));
    EXPECT_EQ(stream_entry(lesson.picture, "v", "field_order"), "progressive");
    EXPECT_LT(combing(lesson.picture), combing(file) / 4);
  }
}

// The header says 320 × 240; after two seconds the pictures are others.
TEST(Shapes, ChangeInMidStreamIsScaledToThePlan) {
  const TempFolder folder;
  make_clip(folder.path("one.ts"), corners(320, 240, "25", 2) + kX264 + "-g 25");
  make_clip(folder.path("two.ts"),
            corners(480, 360, "25", 2) + kX264 + "-g 25 -output_ts_offset 2");
  const auto file = folder.path("a.ts");
  write_file(file, read_file(folder.path("one.ts")) + read_file(folder.path("two.ts")));

  const auto lesson = make_lesson(file);

  EXPECT_NEAR(static_cast<double>(lesson.plan.frame_count), 100, 1);
  EXPECT_EQ(frames_shown(lesson), lesson.plan.frame_count);
  EXPECT_LT(difference(picture_at(lesson.picture, 3.5), picture_at(lesson.picture, 0.5)), 8)
      << "the same picture in another size";
}

}  // namespace
}  // namespace weike::media::test
