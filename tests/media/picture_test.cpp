#include "media/transcode/picture_encoder.hpp"
#include "tests/media/clips.hpp"
#include "tests/media/decoded.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>

// What is seen of odd sources is what a careful conversion with the ffmpeg command line shows.
namespace weike::media::test {
namespace {

constexpr const char* kX264 = " -c:v libx264 -preset ultrafast -crf 4 ";
constexpr double kGoodPsnr = 38;

// Bars and patches of every colour, with soft edges, since encoders keep half the colours'
// positions; no two corners are the same.
std::string colours(int width, int height, double seconds, const std::string& fps = "25") {
  return " -f lavfi -i smptehdbars=size=" + std::to_string(width) + "x" + std::to_string(height) +
         ":rate=" + fps + ":duration=" + std::to_string(seconds) +
         " -vf \"format=gbrp,drawbox=0:0:iw/4:ih/4:red:fill,"
         "drawbox=iw*3/4:ih*3/4:iw/4:ih/4:lime:fill,gblur=3";
}

// Makes the largest rung with next to no loss, joined as `made`. Returns the plan.
Plan make_finely(const std::filesystem::path& clip, const std::filesystem::path& made) {
  MemorySink sink;
  Plan plan = plan_of(clip, sink);
  if (plan.video.empty()) return plan;
  plan.skips_stills = false;
  VideoRung& top = plan.video.front();
  top.crf = 2;
  top.max_kbps = 60'000;
  top.init_sha256.clear();
  const auto encoder = open_encoder(top, plan);
  EXPECT_TRUE(encoder);
  sink.files[top.name + "/init.mp4"] = (*encoder)->init();
  const auto last = static_cast<std::uint32_t>(plan.segments.size() - 1);
  const auto done = run_on(clip, SegmentsTask{plan, {top.name}, 0, last}, sink);
  EXPECT_TRUE(done) << (done ? "" : done.error().message);
  join(plan, sink, top.name, made);
  return plan;
}

std::string size_of(const Plan& plan) {
  return std::to_string(plan.video.front().width) + ":" + std::to_string(plan.video.front().height);
}

std::string carefully_scaled(const Plan& plan) {
  return "scale=" + size_of(plan) +
         ":flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp:out_color_matrix=bt709:"
         "out_range=tv,format=yuv420p";
}

struct ColourRow {
  const char* name;
  const char* file;
  std::string arguments;
  std::string before = "null";  // Filters of the reference ahead of its scaling.
};

void PrintTo(const ColourRow& row, std::ostream* out) { *out << row.name; }

class Colours : public ::testing::TestWithParam<ColourRow> {};

TEST_P(Colours, AreThoseOfACarefulConversion) {
  const ColourRow& row = GetParam();
  const TempFolder folder;
  const auto clip = folder.path(row.file);
  make_clip(clip, row.arguments);

  const Plan plan = make_finely(clip, folder.path("made.mp4"));

  EXPECT_GE(psnr(folder.path("made.mp4"), clip, row.before + "," + carefully_scaled(plan)),
            kGoodPsnr);
}

INSTANTIATE_TEST_SUITE_P(
    Table, Colours,
    ::testing::Values(
        ColourRow{"plain", "a.mp4", colours(320, 240, 1.2) + "\"" + kX264 + "-pix_fmt yuv420p"},
        ColourRow{"odd_size", "a.mp4", colours(639, 359, 1.2) + "\"" + kX264 + "-pix_fmt yuv444p"},
        ColourRow{"full_range", "a.mp4",
                  colours(320, 240, 1.2) + ",scale=out_range=pc\"" + kX264 +
                      "-pix_fmt yuvj420p -color_range pc"},
        ColourRow{"full_range_422", "a.mkv",
                  colours(320, 240, 1.2) + ",scale=out_range=pc\"" + kX264 +
                      "-pix_fmt yuvj422p -color_range pc"},
        ColourRow{"ten_bits", "a.mp4",
                  colours(320, 240, 1.2) + "\"" + kX264 + "-pix_fmt yuv420p10le"},
        ColourRow{"ten_bits_422", "a.mp4",
                  colours(320, 240, 1.2) + "\"" + kX264 + "-pix_fmt yuv422p10le"},
        ColourRow{"four_four_four", "a.mp4",
                  colours(320, 240, 1.2) + "\"" + kX264 + "-pix_fmt yuv444p"},
        ColourRow{"rgb", "a.mp4",
                  colours(320, 240, 1.2) + "\" -c:v libx264rgb -preset ultrafast -crf 4"},
        ColourRow{"alpha", "a.webm",
                  colours(320, 240, 1.2) + "\" -c:v libvpx -deadline realtime -cpu-used 8 -b:v 8M "
                                           "-auto-alt-ref 0 -pix_fmt yuva420p"},
        ColourRow{"tagged_bt709", "a.mp4",
                  colours(320, 240, 1.2) + ",scale=out_color_matrix=bt709\"" + kX264 +
                      "-pix_fmt yuv420p -colorspace bt709 -color_primaries bt709 -color_trc bt709"},
        ColourRow{"tagged_bt2020_sdr", "a.mp4",
                  colours(320, 240, 1.2) + ",scale=out_color_matrix=bt2020\"" + kX264 +
                      "-pix_fmt yuv420p10le -colorspace bt2020nc"},
        ColourRow{"anamorphic", "a.mp4",
                  colours(240, 240, 1.2) + ",setsar=4/3\"" + kX264 + "-pix_fmt yuv420p"},
        ColourRow{"interlaced_top_first", "a.mp4",
                  pattern(320, 240, "50", 2) +
                      "-vf \"gblur=2,tinterlace=interleave_top,setfield=tff\" -flags +ilme+ildct" +
                      std::string(kX264) + "-x264-params tff=1 -pix_fmt yuv420p",
                  "bwdif=send_frame"},
        ColourRow{"interlaced_bottom_first", "a.mp4",
                  pattern(320, 240, "50", 2) +
                      "-vf \"gblur=2,tinterlace=interleave_bottom,setfield=bff\" "
                      "-flags +ilme+ildct" +
                      std::string(kX264) + "-x264-params bff=1 -pix_fmt yuv420p",
                  "bwdif=send_frame"},
        ColourRow{"hevc_ten_bits", "a.mp4",
                  colours(320, 240, 1.2) +
                      "\" -c:v libx265 -preset ultrafast -x265-params log-level=none:crf=4 "
                      "-pix_fmt yuv420p10le"}));

struct HdrRow {
  const char* name;
  const char* transfer;
};

void PrintTo(const HdrRow& row, std::ostream* out) { *out << row.name; }

class Hdr : public ::testing::TestWithParam<HdrRow> {};

// A ramp through all brightnesses, grey and coloured, against tone-mapping at the source's size.
TEST_P(Hdr, IsToneMappedLikeTheReference) {
  const TempFolder folder;
  const auto clip = folder.path("a.mp4");
  make_clip(clip,
            " -f lavfi -i \"nullsrc=size=480x320:rate=25:duration=1,format=yuv420p10le,"
            "geq=lum='64+876*X/W':cb='512+120*gt(Y/H,0.5)':cr='512-80*gt(Y/H,0.75)'\"" +
                std::string(kX264) +
                "-pix_fmt yuv420p10le -color_range tv -color_primaries bt2020 "
                "-colorspace bt2020nc -color_trc " +
                GetParam().transfer);
  const Plan plan = make_finely(clip, folder.path("made.mp4"));
  ASSERT_NE(plan.tone_curve, ToneCurve::sdr);

  const double likeness =
      psnr(folder.path("made.mp4"), clip,
           "zscale=t=linear:npl=100,format=gbrpf32le,zscale=p=bt709,tonemap=hable:desat=0,"
           "zscale=t=bt709:m=bt709:r=limited,format=yuv420p,scale=" +
               size_of(plan) + ":flags=bicubic");

  EXPECT_GE(likeness, kGoodPsnr);
}

INSTANTIATE_TEST_SUITE_P(Table, Hdr,
                         ::testing::Values(HdrRow{"hlg", "arib-std-b67"},
                                           HdrRow{"pq", "smpte2084"}));

// Writes `matrix` (a b c d of the display matrix) into the track header.
void turn_track(const std::filesystem::path& file, const std::array<int, 4>& matrix) {
  std::ifstream in(file, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(in)), {});
  const auto header = bytes.find("tkhd");
  ASSERT_NE(header, std::string::npos);
  const std::array<std::size_t, 4> places{0, 4, 12, 16};
  for (std::size_t i = 0; i < 4; ++i) {
    const std::uint32_t value = static_cast<std::uint32_t>(matrix[i]) << 16;
    for (std::size_t byte = 0; byte < 4; ++byte)
      bytes[header + 44 + places[i] + byte] = static_cast<char>(value >> (24 - 8 * byte));
  }
  write_file(file, bytes);
}

struct TurnRow {
  const char* name;
  std::array<int, 4> matrix;
  const char* filter;
};

void PrintTo(const TurnRow& row, std::ostream* out) { *out << row.name; }

class Turns : public ::testing::TestWithParam<TurnRow> {};

TEST_P(Turns, AreDoneInThePictureItself) {
  const TempFolder folder;
  const auto straight = folder.path("straight.mp4");
  make_clip(straight, colours(320, 240, 1.2) + "\"" + kX264 + "-pix_fmt yuv420p");
  const auto turned = folder.path("turned.mp4");
  std::filesystem::copy_file(straight, turned);
  turn_track(turned, GetParam().matrix);

  const Plan plan = make_finely(turned, folder.path("made.mp4"));

  EXPECT_GE(psnr(folder.path("made.mp4"), straight,
                 GetParam().filter + std::string(",") + carefully_scaled(plan)),
            kGoodPsnr);
  EXPECT_THAT(output_of("ffprobe -v error -show_entries stream_side_data '" +
                        folder.path("made.mp4").string() + "'"),
              ::testing::Not(::testing::HasSubstr("rotation")));
}

INSTANTIATE_TEST_SUITE_P(
    Table, Turns,
    ::testing::Values(TurnRow{"none", {1, 0, 0, 1}, "null"},
                      TurnRow{"right", {0, 1, -1, 0}, "transpose=clock"},
                      TurnRow{"over", {-1, 0, 0, -1}, "hflip,vflip"},
                      TurnRow{"left", {0, -1, 1, 0}, "transpose=cclock"},
                      TurnRow{"mirror", {-1, 0, 0, 1}, "hflip"},
                      TurnRow{"flip", {1, 0, 0, -1}, "vflip"},
                      TurnRow{"diagonal", {0, 1, 1, 0}, "transpose=cclock_flip"},
                      TurnRow{"other_diagonal", {0, -1, -1, 0}, "transpose=clock_flip"}));

TEST(Pictures, AreUprightWhenTheCodecSaysHow) {
  const TempFolder folder;
  const auto clip = folder.path("a.ts");
  make_clip(clip, colours(320, 240, 1.2) + "\"" + kX264 +
                      "-pix_fmt yuv420p b.mp4 && ffmpeg -nostdin -v error -y -i b.mp4 -c copy "
                      "-bsf:v h264_metadata=display_orientation=insert:rotate=90");

  const Plan plan = make_finely(clip, folder.path("made.mp4"));

  EXPECT_EQ(size_of(plan), "240:320");
  EXPECT_GE(psnr(folder.path("made.mp4"), folder.path("b.mp4"),
                 "transpose=cclock," + carefully_scaled(plan)),
            kGoodPsnr);
}

// Frames that an edit list hides never appear; the first one shown is the first one made.
TEST(Pictures, BeginWhereTheEditListSays) {
  const TempFolder folder;
  const auto clip = folder.path("a.mp4");
  make_clip(clip, pattern(320, 240, "25", 4) + "-vf gblur=2" + kX264 +
                      "-bf 2 -g 100 -pix_fmt yuv420p b.mp4 && ffmpeg -nostdin -v error -y "
                      "-ss 1.4 -i b.mp4 -c copy");

  const Plan plan = make_finely(clip, folder.path("made.mp4"));

  EXPECT_EQ(plan.frame_count, 65);
  EXPECT_GE(psnr(folder.path("made.mp4"), folder.path("b.mp4"),
                 "trim=start_frame=35," + carefully_scaled(plan)),
            kGoodPsnr);
}

struct ChangeRow {
  const char* name;
  const char* file;
  std::string first;
  std::string second;
  std::string reference;  // How the second half has to look at 320x240.
};

void PrintTo(const ChangeRow& row, std::ostream* out) { *out << row.name; }

class Changes : public ::testing::TestWithParam<ChangeRow> {};

TEST_P(Changes, InMidStreamAreSurvived) {
  const ChangeRow& row = GetParam();
  const TempFolder folder;
  const auto first = folder.path("first.ts");
  const auto second = folder.path("second.ts");
  make_clip(first, row.first + kX264 + "-g 25 -muxdelay 0 -muxpreload 0");
  make_clip(second, row.second + kX264 + "-g 25 -muxdelay 0 -muxpreload 0 -output_ts_offset 2");
  const auto clip = folder.path(row.file);
  output_of("cat '" + first.string() + "' '" + second.string() + "' > '" + clip.string() + "'");

  const Plan plan = make_finely(clip, folder.path("made.mp4"));

  ASSERT_EQ(size_of(plan), "320:240");
  EXPECT_NEAR(static_cast<double>(plan.frame_count), 100, 2);
  make_clip(folder.path("early.mkv"), "-i made.mp4 -vf trim=end_frame=48 -c:v ffv1");
  EXPECT_GE(psnr(folder.path("early.mkv"), first, carefully_scaled(plan) + ",trim=end_frame=48"),
            kGoodPsnr);
  make_clip(folder.path("late.mkv"), "-i made.mp4 -vf trim=start_frame=52 -c:v ffv1");
  EXPECT_GE(
      psnr(folder.path("late.mkv"), second, row.reference + ",format=yuv420p,trim=start_frame=2"),
      kGoodPsnr - 3);
}

std::string of_size(int width, int height, const std::string& rest) {
  return colours(width, height, 2) + rest + "\" ";
}

INSTANTIATE_TEST_SUITE_P(
    Table, Changes,
    ::testing::Values(
        ChangeRow{"of_size", "a.ts", of_size(320, 240, ",format=yuv420p"),
                  of_size(160, 120, ",format=yuv420p"),
                  "scale=320:240:flags=bicubic:out_color_matrix=bt709"},
        ChangeRow{"of_shape", "a.ts", of_size(320, 240, ",format=yuv420p"),
                  of_size(320, 180, ",format=yuv420p"),
                  "scale=320:180:flags=bicubic:out_color_matrix=bt709,pad=320:240:0:30"},
        ChangeRow{"of_pixel_format", "a.ts", of_size(320, 240, ",format=yuv420p"),
                  of_size(320, 240, ",format=yuv444p"),
                  "scale=320:240:flags=bicubic:out_color_matrix=bt709"},
        ChangeRow{"of_pixel_aspect", "a.ts", of_size(320, 240, ",format=yuv420p"),
                  of_size(320, 240, ",setsar=1/2,format=yuv420p"),
                  "scale=160:240:flags=bicubic:out_color_matrix=bt709,pad=320:240:80:0"}));

}  // namespace
}  // namespace weike::media::test
