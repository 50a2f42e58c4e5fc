#include "tests/media/nasty/forge.hpp"
#include "tests/media/nasty/lessons.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// Which tracks a lesson is made of, and what becomes of odd sound.
namespace weike::media::test {
namespace {

using ::testing::Contains;

std::string picture(double seconds) { return pattern(160, 120, "25", seconds); }

TEST(Tracks, SilentFilmHasNoSound) {
  const TempFolder folder;
  const auto file = folder.path("a.mp4");
  make_clip(file, picture(2) + kX264);

  const auto lesson = make_lesson(file);

  EXPECT_TRUE(lesson.plan.audio.empty()) << "silence is not invented";
  EXPECT_THAT(lesson.verdict["warnings"], Contains("no_audio"));
  EXPECT_EQ(frames_shown(lesson), 50);
}

TEST(Tracks, SoundWithACoverIsNoVideo) {
  const TempFolder folder;
  make_clip(folder.path("cover.jpg"), "-f lavfi -i testsrc2=size=320x320 -frames:v 1");
  const std::string with_cover =
      tone(2) + "-i cover.jpg -map 0:a -map 1:v -c:v mjpeg -disposition:v attached_pic ";
  make_clip(folder.path("a.m4a"), with_cover + "-c:a aac -f mp4");
  make_clip(folder.path("a.mp3"), with_cover + "-c:a libmp3lame -id3v2_version 3");
  make_clip(folder.path("plain.mp4"), tone(2) + "-c:a aac");

  EXPECT_EQ(cause_in_sandbox(folder.path("a.m4a")), "no_video");
  EXPECT_EQ(cause_in_sandbox(folder.path("a.mp3")), "no_video");
  EXPECT_EQ(cause_in_sandbox(folder.path("plain.mp4")), "no_video");
}

// A video with a cover is a video; the cover never stands in for it.
TEST(Tracks, CoverBesideAVideoIsIgnored) {
  const TempFolder folder;
  make_clip(folder.path("cover.jpg"), "-f lavfi -i testsrc2=size=320x320 -frames:v 1");
  const auto file = folder.path("a.mp4");
  make_clip(file, "-i cover.jpg" + picture(2) +
                      "-map 0:v -map 1:v -c:v:0 mjpeg -c:v:1 libx264 -preset ultrafast "
                      "-pix_fmt:v:1 yuv420p -disposition:v:0 attached_pic -disposition:v:1 0");

  const auto lesson = make_lesson(file);

  EXPECT_EQ(lesson.plan.source_width, 160);
  EXPECT_EQ(frames_shown(lesson), 50);
}

TEST(Tracks, SoundAndPictureEndTogether) {
  struct Row {
    double picture;
    double sound;
    double lesson;
  };
  // The last picture is held for up to two seconds; what a camera leaves by chance is cut off.
  for (const Row& row : {Row{2, 3, 3}, Row{2, 6, 4}, Row{2, 2.15, 2}, Row{4, 2, 4}}) {
    SCOPED_TRACE(row.sound);
    const TempFolder folder;
    const auto file = folder.path("a.mp4");
    make_clip(file, picture(row.picture) + tone(row.sound) + kX264 + "-c:a aac");

    const auto lesson = make_lesson(file);

    const double seconds = static_cast<double>(lesson.plan.frame_count) / 25;
    EXPECT_NEAR(seconds, row.lesson, 0.041);
    EXPECT_NEAR(lesson.plan.picture_ms(), row.picture * 1000, 1);
    std::int64_t sound_frames = 0;
    for (const auto& segment : lesson.plan.segments) sound_frames += segment.audio_frame_count;
    EXPECT_NEAR(static_cast<double>(sound_frames) * 1024 / 48'000, seconds, 0.5 * 1024 / 48'000);
    const auto samples = samples_of(lesson.sound);
    EXPECT_GT(level(samples, 0.5, 1.5), 0.02);
    if (row.sound < row.picture) {
      EXPECT_LT(level(samples, row.sound + 0.2, seconds), 0.001);
    } else {
      EXPECT_GT(level(samples, seconds - 0.1, seconds), 0.02);
    }
  }
}

// ffmpeg marks the first of each kind as default; here it is the second.
TEST(Tracks, DefaultSoundIsTaken) {
  const TempFolder folder;
  const auto file = folder.path("a.mkv");
  make_clip(file, picture(2) + tone(2, 300) + tone(2, 3000) +
                      "-map 0:v -map 1:a -map 2:a -c:a flac -metadata:s:a:0 language=eng "
                      "-metadata:s:a:1 language=chi -disposition:a:0 0 -disposition:a:1 default" +
                      kX264);

  const auto samples = samples_of(make_lesson(file).sound);

  int crossings = 0;
  for (std::size_t i = 24'001; i < 48'000; ++i)
    crossings += (samples[i] > 0) != (samples[i - 1] > 0);
  EXPECT_NEAR(crossings, 3000, 60) << "half a second of 3 kHz";
}

TEST(Tracks, SurroundIsMixedToStereo) {
  const TempFolder folder;
  const auto file = folder.path("a.mp4");
  // Speech stands in the centre, where a careless mix loses it.
  make_clip(file, picture(2) + tone(2) +
                      "-filter_complex '[1:a]pan=5.1|FC=c0[a]' -map 0:v -map '[a]' -c:a ac3" +
                      kX264);

  const auto lesson = make_lesson(file);

  EXPECT_EQ(lesson.verdict["audio"]["channels"], 6);
  EXPECT_EQ(stream_entry(lesson.sound, "a", "sample_rate,channels"), "48000,2");
  EXPECT_GT(level(samples_of(lesson.sound), 0.5, 1.5), 0.05);
}

// Frames of AMR-NB at 12.2 kbit/s (RFC 4867 §5); no encoder here makes them.
std::string amr(double seconds) {
  std::string bytes = "#!AMR\n";
  std::uint32_t state = 7;
  for (int frame = 0; frame < seconds * 50; ++frame) {
    bytes.push_back('\x3c');
    for (int i = 0; i < 31; ++i)
      bytes.push_back(static_cast<char>((state = state * 1664525 + 1013904223) >> 24));
  }
  return bytes;
}

TEST(Tracks, AnySampleRateBecomes48kHz) {
  const TempFolder folder;
  write_file(folder.path("a.amr"), amr(2));
  make_clip(folder.path("a.3gp"), picture(2) + "-i a.amr -map 0:v -map 1:a -c:a copy" + kX264);
  make_clip(folder.path("b.mkv"), picture(2) + tone(2) + "-c:a flac -ar 96000" + kX264);
  make_clip(folder.path("c.avi"), picture(2) + tone(2) + "-c:a pcm_s16le -ar 11025 -c:v mpeg4");

  for (const char* name : {"a.3gp", "b.mkv", "c.avi"}) {
    SCOPED_TRACE(name);
    const auto lesson = make_lesson(folder.path(name));
    EXPECT_EQ(stream_entry(lesson.sound, "a", "codec_name,sample_rate"), "aac,48000");
    EXPECT_GT(level(samples_of(lesson.sound), 0.5, 1.5), 0.01);
  }
}

TEST(Tracks, SilenceGetsNoGain) {
  const TempFolder folder;
  const auto file = folder.path("a.mp4");
  make_clip(file, picture(2) + "-f lavfi -i anullsrc=r=48000:cl=stereo:d=2 -c:a aac" + kX264);

  const auto lesson = make_lesson(file);

  EXPECT_EQ(lesson.plan.gain_db, 0);
  EXPECT_THAT(lesson.verdict["warnings"], Contains("silent_audio"));
  EXPECT_LT(level(samples_of(lesson.sound), 0, 2), 0.0005);
}

}  // namespace
}  // namespace weike::media::test
