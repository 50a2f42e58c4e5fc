#include "media/transcode/audio_reader.hpp"
#include "media/transcode/limiter.hpp"
#include "tests/media/clips.hpp"
#include "tests/media/decoded.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

namespace weike::media::test {
namespace {

constexpr double kTau = 6.283185307179586;

TEST(Sound, JoinsWithoutAClick) {
  const TempFolder folder;
  const auto clip = folder.path("clip.mp4");
  make_clip(clip, pattern(160, 120, "10", 12) +
                      "-f lavfi -i \"aevalsrc='0.5*sin(2*PI*300*t)':d=12:s=44100\" "
                      "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac -b:a 192k");
  MemorySink sink;
  const Plan plan = plan_of(clip, sink);
  ASSERT_GE(plan.segments.size(), 3U);
  make_all(clip, plan, sink, 1);
  join(plan, sink, "a128", folder.path("a.mp4"));

  const auto samples = samples_of(folder.path("a.mp4"));

  // Three neighbours of a sine satisfy x[n+1] = 2 cos(w) x[n] − x[n−1]; a click does not.
  const double turn = 2 * std::cos(kTau * 300 / 48'000);
  const auto worst = [&](std::size_t begin, std::size_t end) {
    double largest = 0;
    for (std::size_t i = begin; i < end; ++i) {
      const double predicted =
          turn * static_cast<double>(samples[i]) - static_cast<double>(samples[i - 1]);
      largest = std::max(largest, std::abs(static_cast<double>(samples[i + 1]) - predicted));
    }
    return largest;
  };
  const double usual = worst(48'000, 80'000);
  for (std::size_t i = 1; i < plan.segments.size(); ++i) {
    const auto at = static_cast<std::size_t>(plan.segments[i].first_audio_frame) * 1024;
    EXPECT_LT(worst(at - 2048, at + 2048), 3 * usual + 0.002) << "segment " << i;
  }
}

TEST(Limiter, HoldsTheCeilingAndLeavesQuietSoundAlone) {
  Sound sound(2, std::vector<float>(48'000));
  for (std::size_t i = 0; i < sound[0].size(); ++i) {
    const auto value =
        static_cast<float>(0.5 * std::sin(kTau * 997 * static_cast<double>(i) / 48'000));
    sound[0][i] = value;
    sound[1][i] = i > 20'000 && i < 21'000 ? value : value * 0.1F;
  }
  Sound quiet = sound;

  apply_gain(sound, 9);
  apply_gain(quiet, -6);

  for (const auto& channel : sound)
    for (const float sample : channel) ASSERT_LE(std::abs(sample), 0.8415F);
  EXPECT_NEAR(static_cast<double>(quiet[0][1000]),
              0.5 * std::sin(kTau * 997 * 1000 / 48'000) * std::pow(10, -0.3), 1e-5);
}

TEST(Limiter, IsTheSameForOverlappingStretches) {
  Sound whole(1, std::vector<float>(30'000));
  for (std::size_t i = 0; i < whole[0].size(); ++i)
    whole[0][i] = static_cast<float>(std::sin(static_cast<double>(i) * 0.05) *
                                     std::sin(static_cast<double>(i) * 0.0007));
  Sound part(1, std::vector<float>(whole[0].begin() + 10'000, whole[0].begin() + 20'000));

  apply_gain(whole, 6);
  apply_gain(part, 6);

  for (std::size_t i = kLimiterReach; i < part[0].size() - kLimiterReach; ++i)
    ASSERT_NEAR(part[0][i], whole[0][10'000 + i], 1e-6) << i;
}

// Files with float samples may hold anything; what comes out has to be sound.
TEST(Limiter, SurvivesSamplesBeyondAllMeasure) {
  Sound sound(1, std::vector<float>(20'000, 0.1F));
  for (std::size_t i = 9'000; i < 9'400; ++i) sound[0][i] = i % 2 == 0 ? 3e38F : -3e38F;
  sound[0][9'500] = std::numeric_limits<float>::infinity();
  sound[0][9'600] = std::numeric_limits<float>::quiet_NaN();

  apply_gain(sound, 12);

  for (const float sample : sound[0]) {
    ASSERT_TRUE(std::isfinite(sample));
    ASSERT_LE(std::abs(sample), 0.8415F);
  }
  EXPECT_NEAR(sound[0][19'000], 0.1 * std::pow(10, 0.6), 1e-4);
}

constexpr const char* kSmallPicture = " -f lavfi -i color=gray:size=64x48:rate=25:duration=2 ";
constexpr const char* kX264 = " -c:v libx264 -preset ultrafast -pix_fmt yuv420p ";

// The size of a tone of 1 kHz in each channel of what the reader gives, in the middle of the clip.
std::vector<double> tone_sizes(const std::filesystem::path& clip, const Plan& plan) {
  const File input(clip);
  auto reader = AudioReader::open(input.descriptor(), plan, SourceOptions{});
  EXPECT_TRUE(reader);
  const auto sound = reader->read(48'000, 4'800);
  EXPECT_TRUE(sound);
  std::vector<double> sizes;
  for (const auto& channel : *sound) {
    double sine = 0;
    double cosine = 0;
    for (std::size_t i = 0; i < channel.size(); ++i) {
      sine += static_cast<double>(channel[i]) * std::sin(kTau * static_cast<double>(i) / 48);
      cosine += static_cast<double>(channel[i]) * std::cos(kTau * static_cast<double>(i) / 48);
    }
    sizes.push_back(2 * std::hypot(sine, cosine) / static_cast<double>(channel.size()));
  }
  return sizes;
}

struct FormatRow {
  const char* name;
  const char* file;
  std::string source;  // Of lavfi; 1 kHz of 0.2.
  std::string codec;
  std::vector<double> sizes;  // Of the tone in each channel.
};

void PrintTo(const FormatRow& row, std::ostream* out) { *out << row.name; }

class SoundFormats : public ::testing::TestWithParam<FormatRow> {};

TEST_P(SoundFormats, AreMixedToTheirSize) {
  const FormatRow& row = GetParam();
  const TempFolder folder;
  const auto clip = folder.path(row.file);
  make_clip(clip, kSmallPicture + row.source + kX264 + "-c:a " + row.codec);
  MemorySink sink;
  const Plan plan = plan_of(clip, sink);

  const auto sizes = tone_sizes(clip, plan);

  ASSERT_EQ(sizes.size(), row.sizes.size());
  for (std::size_t i = 0; i < sizes.size(); ++i) EXPECT_NEAR(sizes[i], row.sizes[i], 0.004) << i;
  make_all(clip, plan, sink);
  join(plan, sink, "a128", folder.path("a.mp4"));
  EXPECT_EQ(output_of("ffprobe -v error -show_entries stream=sample_rate,channels -of csv=p=0 '" +
                      folder.path("a.mp4").string() + "'"),
            "48000," + std::to_string(row.sizes.size()) + "\n");
}

// One tone in one of the channels of `layout`.
std::string tone_in(const std::string& layout, int channel, int channels, int rate = 48'000) {
  std::string expression;
  for (int i = 0; i < channels; ++i)
    expression += std::string(i > 0 ? "|" : "") + (i == channel ? "0.2*sin(2*PI*1000*t)" : "0");
  return " -f lavfi -i \"aevalsrc='" + expression + "':d=2:s=" + std::to_string(rate) +
         ":c=" + layout + "\" ";
}

INSTANTIATE_TEST_SUITE_P(
    Table, SoundFormats,
    ::testing::Values(
        // ITU-R BS.775: centre and surrounds at −3 dB, the low frequency effects left out.
        FormatRow{"front_left", "a.mov", tone_in("5.1", 0, 6), "pcm_s16le", {0.2, 0}},
        FormatRow{"front_right", "a.mov", tone_in("5.1", 1, 6), "pcm_s16le", {0, 0.2}},
        FormatRow{"centre", "a.mov", tone_in("5.1", 2, 6), "pcm_s16le", {0.1414, 0.1414}},
        FormatRow{"low_effects", "a.mov", tone_in("5.1", 3, 6), "pcm_s16le", {0, 0}},
        FormatRow{"surround_left", "a.mkv", tone_in("5.1", 4, 6), "ac3 -b:a 640k", {0.1414, 0}},
        FormatRow{"surround_right", "a.mp4", tone_in("5.1", 5, 6), "aac -b:a 400k", {0, 0.1414}},
        FormatRow{"mono_stays_mono", "a.mp4", tone_in("mono", 0, 1), "aac", {0.2}},
        FormatRow{"eight_bits_at_8000", "a.avi", tone_in("mono", 0, 1, 8'000), "pcm_u8", {0.2}},
        FormatRow{"at_44100", "a.mp4", tone_in("stereo", 0, 2, 44'100), "aac", {0.2, 0}},
        FormatRow{
            "float_at_96000", "a.mov", tone_in("stereo", 1, 2, 96'000), "pcm_f32le", {0, 0.2}},
        FormatRow{"thirty_two_bits", "a.mkv", tone_in("stereo", 1, 2), "pcm_s32le", {0, 0.2}},
        FormatRow{"at_11025", "a.avi", tone_in("mono", 0, 1, 11'025), "pcm_s16le", {0.2}}));

TEST(Sound, OfAPhoneCallIsTaken) {
  const TempFolder folder;
  // AMR at 12.2 kbit/s: frames of a header byte and 31 bytes, 20 ms each; any bits are some sound.
  std::string amr = "#!AMR\n";
  unsigned state = 1;
  for (int frame = 0; frame < 100; ++frame) {
    amr += '\x3C';
    for (int i = 0; i < 31; ++i)
      amr += static_cast<char>((state = state * 1103515245 + 12345) >> 16);
  }
  write_file(folder.path("call.amr"), amr);
  const auto clip = folder.path("a.3gp");
  make_clip(clip, kSmallPicture + std::string("-i call.amr") + kX264 + "-c:a copy");
  MemorySink sink;
  const Plan plan = plan_of(clip, sink);

  make_all(clip, plan, sink);

  ASSERT_EQ(plan.audio.size(), 2U);
  EXPECT_EQ(plan.audio.front().channels, 1);
  EXPECT_GT(sink.observations.at("a128/0").sound->energies.at(10), 0.0001F);
}

TEST(Sound, OfTheDefaultTrackIsTaken) {
  const TempFolder folder;
  const auto clip = folder.path("a.mkv");
  make_clip(clip, kSmallPicture + tone_in("stereo", 0, 2) + tone_in("stereo", 1, 2) +
                      "-map 0 -map 1 -map 2 -disposition:a:0 0 -disposition:a:1 default" + kX264 +
                      "-c:a pcm_s16le");
  MemorySink sink;
  const Plan plan = plan_of(clip, sink);

  const auto sizes = tone_sizes(clip, plan);

  ASSERT_EQ(sizes.size(), 2U);
  EXPECT_NEAR(sizes[0], 0, 0.004);
  EXPECT_NEAR(sizes[1], 0.2, 0.004);
}

// What an encoder makes of loud sound lies above what it was given; −1.5 dBTP leaves room for that,
// so that nothing is clipped even of bursts at a quarter of the sampling rate.
TEST(Sound, HoldsItsTruePeakAndReachesItsLoudness) {
  const TempFolder folder;
  const auto clip = folder.path("a.mov");
  // Bursts that would exceed full scale by far after the gain, peaking between the samples.
  make_clip(clip,
            " -f lavfi -i color=gray:size=64x48:rate=25:duration=6 -f lavfi -i "
            "\"aevalsrc='sin(2*PI*12000*t+0.785)*(0.03+0.6*lt(mod(t,1.5),0.02))"
            "+0.1*sin(2*PI*500*t)*lt(mod(t,1.5),0.3)':d=6:s=48000:c=stereo\"" +
                std::string(kX264) + "-c:a pcm_f32le");
  MemorySink sink;
  const Plan plan = plan_of(clip, sink);
  ASSERT_GT(plan.gain_db, 2);

  make_all(clip, plan, sink);

  for (const Segment& segment : plan.segments) {
    const auto& notes = *sink.observations.at("a128/" + std::to_string(segment.number)).sound;
    EXPECT_LE(notes.true_peak_db, -1.4);
    EXPECT_GE(notes.true_peak_db, -3);
  }
  join(plan, sink, "a128", folder.path("a.mp4"));
  const std::string meter =
      output_of("ffmpeg -nostdin -hide_banner -i '" + folder.path("a.mp4").string() +
                "' -af ebur128=peak=true -f null - 2>&1");
  const auto peak = meter.rfind("Peak:");
  ASSERT_NE(peak, std::string::npos);
  EXPECT_LT(std::stod(meter.substr(peak + 5)), 0);
}

// Each burst is below the largest float and beyond it after a gain; NaN counts as silence.
TEST(Sound, OfAbsurdSamplesIsTaken) {
  const TempFolder folder;
  const auto clip = folder.path("a.mov");
  make_clip(clip, kSmallPicture +
                      std::string("-f lavfi -i \"aevalsrc='if(between(mod(n,48000),4800,4810),"
                                  "3e38,if(eq(mod(n,48000),5000),0/0,0.05*sin(2*PI*997*t)))'"
                                  ":d=2:s=48000:c=stereo\"") +
                      kX264 + "-c:a pcm_f32le");
  MemorySink sink;
  const Plan plan = plan_of(clip, sink);

  make_all(clip, plan, sink);

  EXPECT_TRUE(std::isfinite(plan.gain_db));
  join(plan, sink, "a128", folder.path("a.mp4"));
  for (const float sample : samples_of(folder.path("a.mp4"))) ASSERT_TRUE(std::isfinite(sample));
  const auto& notes = *sink.observations.at("a128/0").sound;
  EXPECT_TRUE(std::isfinite(notes.true_peak_db));
}

TEST(Sound, OfOneChannelReachesTheSameLoudness) {
  const TempFolder folder;
  const auto clip = folder.path("a.mov");
  make_clip(clip,
            " -f lavfi -i color=gray:size=64x48:rate=25:duration=4 -f lavfi -i "
            "\"aevalsrc='0.05*sin(2*PI*997*t)':d=4:s=48000:c=mono\"" +
                std::string(kX264) + "-c:a pcm_s16le");
  MemorySink sink;
  const Plan plan = plan_of(clip, sink);

  make_all(clip, plan, sink);

  join(plan, sink, "a128", folder.path("a.mp4"));
  const std::string meter =
      output_of("ffmpeg -nostdin -hide_banner -i '" + folder.path("a.mp4").string() +
                "' -af pan=\"stereo|c0=c0|c1=c0\",ebur128 -f null - 2>&1");
  EXPECT_NEAR(std::stod(meter.substr(meter.rfind("I:") + 2)), -16, 0.2);
}

}  // namespace
}  // namespace weike::media::test
