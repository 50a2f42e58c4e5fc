#include "media/observe/sound_observer.hpp"
#include "media/plan/make_plan.hpp"
#include "tests/media/clips.hpp"
#include "tests/media/decoded.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace weike::media {

void PrintTo(const TimeSpan& span, std::ostream* out) { *out << span.from_ms << "-" << span.to_ms; }
void PrintTo(const Borders& borders, std::ostream* out) {
  *out << borders.left << " " << borders.top << " " << borders.right << " " << borders.bottom;
}

namespace test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;

constexpr const char* kX264 = " -c:v libx264 -preset ultrafast -crf 18 -pix_fmt yuv420p ";
constexpr double kTau = 6.283185307179586;

// Spans of neighbouring segments that touch are one.
void append(std::vector<TimeSpan>& all, const std::vector<TimeSpan>& more) {
  for (const TimeSpan& span : more) {
    if (!all.empty() && all.back().to_ms == span.from_ms)
      all.back().to_ms = span.to_ms;
    else
      all.push_back(span);
  }
}

// The long spans of the whole lesson.
template <class Notes>
std::vector<TimeSpan> spans_of(const Plan& plan, const MemorySink& sink, const std::string& name,
                               std::optional<Notes> Observation::* notes,
                               std::vector<TimeSpan> Notes::* spans) {
  std::vector<TimeSpan> all;
  for (const Segment& segment : plan.segments) {
    const auto& seen = sink.observations.at(name + "/" + std::to_string(segment.number));
    append(all, (*(seen.*notes)).*spans);
  }
  std::erase_if(all, [](const TimeSpan& span) { return span.to_ms - span.from_ms < 300; });
  return all;
}

auto span_near(std::int64_t from, std::int64_t to) {
  return AllOf(
      Field(&TimeSpan::from_ms,
            ::testing::AllOf(::testing::Ge(from - 50), ::testing::Le(from + 50))),
      Field(&TimeSpan::to_ms, ::testing::AllOf(::testing::Ge(to - 50), ::testing::Le(to + 50))));
}

TEST(PictureNotes, TellBlackAndFrozenSpansAcrossSegments) {
  const TempFolder folder;
  const auto clip = folder.path("clip.mp4");
  // Moving, black from 1.2 s to 3 s, moving, still from 5 s to 7 s, moving to 10 s.
  make_clip(clip, pattern(320, 240, "25", 10) +
                      "-filter_complex \"drawbox=color=black:t=fill:enable='gte(t,1.2)*lt(t,3)',"
                      "split[x][y];[x]trim=0:5,tpad=stop_mode=clone:stop_duration=2[a];"
                      "[y]trim=7:10,setpts=PTS-STARTPTS[b];[a][b]concat\"" +
                      kX264);
  MemorySink sink;
  const Plan plan = plan_of(clip, sink);
  ASSERT_EQ(plan.segments.size(), 3U);

  make_all(clip, plan, sink);

  const std::string rung = plan.video.back().name;
  EXPECT_THAT(spans_of(plan, sink, rung, &Observation::picture, &PictureNotes::black),
              ElementsAre(span_near(1200, 3000)));
  EXPECT_THAT(spans_of(plan, sink, rung, &Observation::picture, &PictureNotes::frozen),
              ElementsAre(span_near(1200, 3000), span_near(4960, 7000)));
  const PictureNotes& last = *sink.observations.at(rung + "/2").picture;
  EXPECT_EQ(last.frames, plan.segments[2].frame_count);
  EXPECT_EQ(last.damaged_frames, 0);
  EXPECT_EQ(last.decoded_until_ms, 9960);
}

TEST(PictureNotes, SeeAMovingPointerAndASlowFade) {
  const TempFolder folder;
  const auto clip = folder.path("clip.mp4");
  make_clip(clip,
            " -f lavfi -i \"color=0x808080:size=640x360:rate=25:duration=4\" -f lavfi -i "
            "\"color=white:size=16x16:rate=25:duration=4\" -filter_complex "
            "\"[0][1]overlay=x=100+n*2:y=100\"" +
                std::string(kX264));
  const auto fade = folder.path("fade.mp4");
  make_clip(fade, " -f lavfi -i \"color=white:size=320x240:rate=25:duration=6,fade=in:0:150\"" +
                      std::string(kX264));
  for (const auto& file : {clip, fade}) {
    SCOPED_TRACE(file);
    MemorySink sink;
    const Plan plan = plan_of(file, sink);

    make_all(file, plan, sink);

    EXPECT_THAT(
        spans_of(plan, sink, plan.video.back().name, &Observation::picture, &PictureNotes::frozen),
        IsEmpty());
  }
}

TEST(PictureNotes, TellBurntInBorders) {
  const TempFolder folder;
  const auto clip = folder.path("clip.mp4");
  make_clip(clip, pattern(320, 180, "25", 2) + "-vf \"pad=400:240:20:40:black\"" + kX264);
  MemorySink sink;
  const Plan plan = plan_of(clip, sink);

  make_all(clip, plan, sink);

  const auto& notes = *sink.observations.begin()->second.picture;
  ASSERT_TRUE(notes.borders);
  EXPECT_NEAR(notes.borders->left, 50, 5);
  EXPECT_NEAR(notes.borders->right, 150, 5);
  EXPECT_NEAR(notes.borders->top, 166, 5);
  EXPECT_NEAR(notes.borders->bottom, 83, 5);
}

TEST(PictureNotes, SayNothingOfBordersInTheDark) {
  const TempFolder folder;
  const auto clip = folder.path("clip.mp4");
  make_clip(clip, " -f lavfi -i color=black:size=160x120:rate=25:duration=2" + std::string(kX264));
  MemorySink sink;
  const Plan plan = plan_of(clip, sink);

  make_all(clip, plan, sink);

  EXPECT_FALSE(sink.observations.begin()->second.picture->borders);
}

TEST(SoundNotes, TellLoudnessPeaksAndSilence) {
  const TempFolder folder;
  const auto clip = folder.path("clip.mp4");
  make_clip(clip, pattern(160, 120, "25", 8) +
                      "-f lavfi -i \"aevalsrc='if(gte(t,3)*lt(t,5.5),0,0.1*sin(2*PI*700*t)*"
                      "(1+0.5*sin(2*PI*3*t)))|0.05*sin(2*PI*300*t)*(1-gte(t,3)*lt(t,5.5))'"
                      ":d=8:s=48000\"" +
                      kX264 + "-c:a pcm_s16le -f mov");
  MemorySink sink;
  const Plan plan = plan_of(clip, sink);

  make_all(clip, plan, sink);

  EXPECT_THAT(spans_of(plan, sink, "a128", &Observation::sound, &SoundNotes::silent),
              ElementsAre(span_near(3050, 5450)));
  std::vector<double> energies;
  double peak = -120;
  for (const Segment& segment : plan.segments) {
    const auto& notes = *sink.observations.at("a128/" + std::to_string(segment.number)).sound;
    energies.insert(energies.end(), notes.energies.begin(), notes.energies.end());
    peak = std::max(peak, notes.true_peak_db);
  }
  EXPECT_EQ(energies.size(), 80U);
  // Loudness of all blocks of 400 ms that are louder than −70 LUFS and than ten below their mean.
  const auto lufs = [&](double gate) {
    double sum = 0;
    int count = 0;
    for (std::size_t i = 0; i + 4 <= energies.size(); ++i) {
      const double mean = (energies[i] + energies[i + 1] + energies[i + 2] + energies[i + 3]) / 4;
      if (-0.691 + 10 * std::log10(mean + 1e-12) <= gate) continue;
      sum += mean;
      ++count;
    }
    return -0.691 + 10 * std::log10(sum / count);
  };
  EXPECT_NEAR(lufs(lufs(-70) - 10), -16, 0.15);  // Where the gain brought it.
  join(plan, sink, "a128", folder.path("a.mp4"));
  const std::string meter =
      output_of("ffmpeg -nostdin -hide_banner -i '" + folder.path("a.mp4").string() +
                "' -af ebur128=peak=true -f null - 2>&1");
  const auto at = meter.rfind("Peak:");
  ASSERT_NE(at, std::string::npos);
  EXPECT_NEAR(peak, std::stod(meter.substr(at + 5)), 0.7);  // The codec moves peaks a little.
}

TEST(SoundNotes, OfNeighboursJoinWithoutAGap) {
  Sound sound(1, std::vector<float>(20 * 4800));
  for (std::size_t i = 0; i < sound[0].size(); ++i)
    sound[0][i] = static_cast<float>(0.1 * std::sin(kTau * 440 * static_cast<double>(i) / 48'000));
  constexpr std::int64_t kLead = 8192;
  std::size_t blocks = 0;
  for (const std::int64_t first : {8, 17, 26}) {
    const Segment segment{0, 0, 0, first, 9};
    Sound part(1, std::vector<float>(sound[0].begin() + first * 1024 - kLead,
                                     sound[0].begin() + (first + 12) * 1024));

    const auto notes = observe_sound(part, kLead, segment);

    blocks += notes.energies.size();
    // A sine of 0.1 has a mean square of 0.005; the weighting adds little at 440 Hz; two speakers.
    for (const float energy : notes.energies) EXPECT_NEAR(energy, 0.01, 0.0006);
    EXPECT_NEAR(notes.true_peak_db, -20, 0.05);
    EXPECT_THAT(notes.silent, IsEmpty());
  }
  EXPECT_EQ(blocks, static_cast<std::size_t>(35 * 1024 / 4800 - 8 * 1024 / 4800));
}

TEST(Notes, OnSilenceArePlausibleWhereverSegmentsBegin) {
  for (const Rational rate : {Rational{24'000, 1001}, Rational{25, 1}, Rational{30'000, 1001}}) {
    Plan plan;
    plan.frame_rate = rate;
    plan.frame_count = 8'000;
    plan.segments = cut_segments(plan.frame_count, 60, rate, true);
    for (const Segment& segment : plan.segments) {
      const auto samples = static_cast<std::size_t>((segment.audio_frame_count + 11) * 1024);

      const SoundNotes notes = observe_sound(Sound(1, std::vector<float>(samples)), 8192, segment);

      ASSERT_EQ(notes.silent.size(), 1U);
      ASSERT_TRUE(is_plausible({std::nullopt, notes}, plan, segment)) << segment.number;
    }
  }
}

TEST(Notes, ThatCannotBeAreNotBelieved) {
  const TempFolder folder;
  const auto clip = folder.path("clip.mp4");
  make_clip(clip, pattern(160, 120, "25", 2) + tone(2) + kX264 + "-c:a aac");
  MemorySink sink;
  const Plan plan = plan_of(clip, sink);
  make_all(clip, plan, sink);
  const Segment& segment = plan.segments.front();
  const Observation seen = sink.observations.at(plan.video.back().name + "/0");
  const Observation heard = sink.observations.at("a128/0");
  ASSERT_TRUE(is_plausible(seen, plan, segment));
  ASSERT_TRUE(is_plausible(heard, plan, segment));
  const nlohmann::json json = seen;
  EXPECT_EQ(json.get<Observation>().picture->frames, seen.picture->frames);

  std::vector<Observation> lies(7, seen);
  lies[0].picture->frames += 1;
  lies[1].picture->damaged_frames = lies[1].picture->frames + 1;
  lies[2].picture->black = {{500, 400}};
  lies[3].picture->frozen = std::vector<TimeSpan>(1000, {100, 200});
  lies[4].picture->borders = Borders{600, 0, 600, 0};
  lies[5] = heard;
  lies[5].sound->energies.resize(100'000);
  lies[6] = heard;
  lies[6].sound->true_peak_db = std::nan("");
  for (const Observation& lie : lies) EXPECT_FALSE(is_plausible(lie, plan, segment));
}

}  // namespace
}  // namespace test
}  // namespace weike::media
