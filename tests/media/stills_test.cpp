#include "media/package/fmp4.hpp"
#include "media/package/segment_index.hpp"
#include "tests/media/clips.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <sstream>

// Lessons of slides: pictures that look like the last coded one are left out, and nobody sees it.
namespace weike::media::test {
namespace {

constexpr int kWidth = 640;
constexpr int kHeight = 480;
// In the colours of the renditions, so that pictures can be compared sample by sample.
const std::string kColours =
    " -pix_fmt yuv420p -colorspace bt709 -color_primaries bt709 -color_trc bt709 -color_range tv ";
const std::string kGoodSource = " -c:v libx264 -preset veryfast -crf 12" + kColours;
const std::string kExactSource = " -c:v libx264 -preset ultrafast -qp 0" + kColours;

// A picture with lines, colours and shades that stands still, "[name]" of a filter graph.
std::string slide(const std::string& name, int frames, const std::string& filters = "") {
  return "testsrc2=s=640x480:r=30,trim=end_frame=1,loop=" + std::to_string(frames - 1) +
         ":1:0,setpts=N/30/TB" + filters + "[" + name + "];";
}

std::string drawn(const std::string& graph) { return "-filter_complex \"" + graph + "\" "; }

using Picture = std::vector<unsigned char>;

// The luma of all pictures, 30 a second.
std::vector<Picture> pictures_of(const std::filesystem::path& file) {
  const std::string raw = output_of("ffmpeg -nostdin -v error -i '" + file.string() +
                                    "' -vf fps=30,extractplanes=y -f rawvideo -");
  constexpr std::size_t kSize = std::size_t{kWidth} * kHeight;
  EXPECT_EQ(raw.size() % kSize, 0U);
  std::vector<Picture> pictures;
  for (std::size_t at = 0; at + kSize <= raw.size(); at += kSize)
    pictures.emplace_back(raw.begin() + static_cast<std::ptrdiff_t>(at),
                          raw.begin() + static_cast<std::ptrdiff_t>(at + kSize));
  return pictures;
}

double mean_of(const Picture& picture) {
  return std::accumulate(picture.begin(), picture.end(), 0.0) / static_cast<double>(picture.size());
}

double mean_difference(const Picture& one, const Picture& other) {
  double sum = 0;
  for (std::size_t i = 0; i < one.size(); ++i) sum += std::abs(one[i] - other[i]);
  return sum / static_cast<double>(one.size());
}

struct Packet {
  double shown = 0;
  double duration = 0;
  bool is_key = false;
};

// In decoding order.
std::vector<Packet> packets_of(const std::filesystem::path& file) {
  std::istringstream rows(
      output_of("ffprobe -v error -show_entries packet=pts_time,duration_time,flags -of csv=p=0 '" +
                file.string() + "'"));
  std::vector<Packet> packets;
  for (std::string row; std::getline(rows, row);) {
    std::replace(row.begin(), row.end(), ',', ' ');
    std::istringstream fields(row);
    Packet packet;
    std::string flags;
    if (fields >> packet.shown >> packet.duration >> flags) {
      packet.is_key = flags.starts_with('K');
      packets.push_back(packet);
    }
  }
  return packets;
}

// A lesson made of a clip, joined into one file for each rendition.
class Stills : public ::testing::Test {
 protected:
  void make(const std::string& arguments, bool skips_stills = true) {
    make_clip(clip_, arguments);
    plan_ = plan_of(clip_, sink_);
    plan_.skips_stills = skips_stills;
    make_all(clip_, plan_, sink_);
    for (const auto& rung : plan_.video) join(plan_, sink_, rung.name, file_of(rung.name));
  }
  std::filesystem::path file_of(const std::string& rendition) const {
    return folder_.path(rendition + "-joined.mp4");
  }
  // The frames of the grid that have to be key frames.
  std::vector<std::int64_t> gop_starts() const {
    std::vector<std::int64_t> frames;
    for (const Segment& segment : plan_.segments) {
      for (std::int64_t i = 0; i < segment.frame_count; i += plan_.gop_frames)
        frames.push_back(segment.first_frame + i);
    }
    return frames;
  }
  std::filesystem::path top() const { return file_of(plan_.video.front().name); }

  TempFolder folder_;
  std::filesystem::path clip_ = folder_.path("clip.mp4");
  MemorySink sink_;
  Plan plan_;
};

const std::string kTwoSlides =
    drawn(slide("a", 105) + slide("b", 75, ",hflip,negate") + "[a][b]concat");

TEST_F(Stills, SlidesAreCodedAFewTimesAndLookAsGood) {
  make(kTwoSlides + kGoodSource);

  const auto packets = packets_of(top());
  EXPECT_LE(packets.size(), 14U);  // Of 180 frames: 3 key frames, the cut, ends and refinements.
  const auto source = pictures_of(clip_);
  const auto made = pictures_of(top());
  ASSERT_EQ(source.size(), 180U);
  ASSERT_EQ(made.size(), 180U);
  for (std::size_t i = 0; i < made.size(); ++i)
    EXPECT_LT(mean_difference(source[i], made[i]), 2.5) << "frame " << i;
}

TEST_F(Stills, KeyFramesKeepTheirPlacesInAllRungs) {
  make(kTwoSlides + kGoodSource);

  ASSERT_EQ(plan_.video.size(), 2U);
  const auto large = packets_of(file_of("v480"));
  const auto small = packets_of(file_of("v360"));
  ASSERT_EQ(large.size(), small.size());
  std::vector<std::int64_t> key_frames;
  for (std::size_t i = 0; i < large.size(); ++i) {
    EXPECT_NEAR(large[i].shown, small[i].shown, 0.001);
    EXPECT_EQ(large[i].is_key, small[i].is_key);
    if (large[i].is_key) key_frames.push_back(std::llround(large[i].shown * 30));
  }
  EXPECT_EQ(key_frames, gop_starts());
}

TEST_F(Stills, TimesAreInOrderAndReachTheEnd) {
  make(drawn(slide("a", 150) +
             "color=white:s=16x16:r=30[p];[a][p]overlay=x='mod(n*4,600)*lt(mod(n\\,50)"
             "\\,20)':y=100:shortest=1") +
       kGoodSource);

  const VideoTiming timing = video_timing(plan_.frame_rate);
  const auto delay = std::int64_t{2} * timing.frame_ticks;  // As the init segment's edit list.
  for (const Segment& segment : plan_.segments) {
    SCOPED_TRACE(segment.number);
    const auto& bytes =
        sink_.files.at(plan_.video.front().name + "/" + std::to_string(segment.number) + ".m4s");
    const auto index = read_segment_index(bytes, bytes.size());
    ASSERT_TRUE(index) << index.error().message;
    const std::int64_t length = segment.frame_count * timing.frame_ticks;
    EXPECT_EQ(index->duration(), static_cast<std::uint64_t>(length));
    EXPECT_LT(static_cast<std::int64_t>(index->samples.size()), segment.frame_count);
    std::int64_t decoded = 0;
    std::int64_t last_shown = 0;
    for (const IndexedSample& sample : index->samples) {
      EXPECT_GE(sample.duration, timing.frame_ticks);
      EXPECT_GE(sample.composition_offset, 0);
      last_shown = std::max(last_shown, decoded + sample.composition_offset - delay);
      decoded += sample.duration;
    }
    EXPECT_EQ(last_shown, length - timing.frame_ticks);
  }
}

TEST_F(Stills, ASlowFadeIsFollowed) {
  make(drawn(slide("a", 120) + "[a]fade=t=out:st=0.5:d=3.5") + kGoodSource);

  const auto source = pictures_of(clip_);
  const auto made = pictures_of(top());
  ASSERT_EQ(made.size(), source.size());
  for (std::size_t i = 0; i < made.size(); ++i)
    EXPECT_NEAR(mean_of(made[i]), mean_of(source[i]), 2.5) << "frame " << i;
}

// Where the white dot stands on a dark slide: the mean column of bright pixels.
double dot_column(const Picture& picture) {
  double sum = 0;
  int count = 0;
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      if (picture[static_cast<std::size_t>(y * kWidth + x)] < 110) continue;
      sum += x;
      ++count;
    }
  }
  return count == 0 ? -1 : sum / count;
}

class Pointer : public Stills, public ::testing::WithParamInterface<int> {};

TEST_P(Pointer, IsNeverMoreThanOneFrameLate) {
  const std::string size = std::to_string(GetParam());
  // Moves for a second, rests for a second, and comes a single step further.
  make(drawn("color=0x303030:s=640x480:r=30:d=3[a];color=white:s=" + size + "x" + size +
             ":r=30[p];[a][p]overlay=x='100+4*min(n\\,30)+4*gte(n\\,60)':y=200:shortest=1") +
       kExactSource);

  const auto source = pictures_of(clip_);
  const auto made = pictures_of(top());
  ASSERT_EQ(made.size(), source.size());
  for (std::size_t i = 1; i < made.size(); ++i) {
    const double now = dot_column(source[i]);
    const double before = dot_column(source[i - 1]);
    EXPECT_GE(dot_column(made[i]), before - 1) << "frame " << i;
    EXPECT_LE(dot_column(made[i]), now + 1) << "frame " << i;
  }
  EXPECT_LT(packets_of(top()).size(), 50U);
}

INSTANTIATE_TEST_SUITE_P(Sizes, Pointer, ::testing::Values(2, 4, 8));

TEST_F(Stills, AColourOfTheSameBrightnessIsSeen) {
  make(drawn("color=0x808080:s=640x480:r=30:d=1[a];color=0x808080:s=640x480:r=30:d=1,lutyuv=u=val+"
             "40[b];"
             "[a][b]concat") +
       kExactSource);

  const auto packets = packets_of(top());
  const bool is_seen = std::any_of(packets.begin(), packets.end(), [](const Packet& packet) {
    return std::abs(packet.shown - 1) < 0.001;
  });
  EXPECT_TRUE(is_seen);
}

TEST_F(Stills, ASharpenedPictureIsCodedOnceMore) {
  // One level brighter from frame 4 on: too little to be coded at once, too much to be left out.
  make(drawn(slide("a", 4) + slide("b", 56, ",lutyuv=y=val+1") + "[a][b]concat") + kExactSource);

  std::vector<double> frames;
  for (const Packet& packet : packets_of(top())) frames.push_back(std::round(packet.shown * 30));
  EXPECT_THAT(frames, ::testing::UnorderedElementsAre(0, 8, 59));
}

TEST_F(Stills, MovingPicturesAreCodedAsWithout) {
  make(pattern(kWidth, kHeight, "30", 2) + kGoodSource);
  const auto with = sink_.files;

  plan_.skips_stills = false;
  make_all(clip_, plan_, sink_);

  EXPECT_TRUE(with == sink_.files);
}

TEST_F(Stills, SoundAndLengthAreTheSameAsWithout) {
  make(kTwoSlides + kGoodSource);  // Without sound; with it:
  make_clip(clip_,
            drawn(slide("a", 150) + "[a]null") + tone(5) + kGoodSource + "-c:a aac -shortest");
  plan_ = plan_of(clip_, sink_);
  plan_.skips_stills = true;
  make_all(clip_, plan_, sink_);
  const auto with = sink_.files;
  join(plan_, sink_, "v480", file_of("v480"));
  join(plan_, sink_, "a128", file_of("a128"));

  plan_.skips_stills = false;
  make_all(clip_, plan_, sink_);

  for (std::size_t i = 0; i < plan_.segments.size(); ++i) {
    const std::string name = "a128/" + std::to_string(i) + ".m4s";
    EXPECT_TRUE(with.at(name) == sink_.files.at(name)) << name;
  }
  EXPECT_EQ(pictures_of(file_of("v480")).size(), 150U);
  const auto sound = packets_of(file_of("a128"));
  EXPECT_NEAR(sound.back().shown + sound.back().duration, 5.0, 0.022);
}

TEST_F(Stills, SeekingShowsTheSlide) {
  make(kTwoSlides + kGoodSource);
  const auto all = pictures_of(top());
  const auto sought = folder_.path("sought.mp4");

  for (const double seconds : {1.2, 2.5, 5.1}) {
    make_clip(sought, "-ss " + std::to_string(seconds) + " -i '" + top().string() +
                          "' -frames:v 1 -c:v libx264 -qp 0 -pix_fmt yuv420p");
    const auto shown = pictures_of(sought);
    ASSERT_FALSE(shown.empty());
    EXPECT_LT(mean_difference(shown.front(), all[static_cast<std::size_t>(seconds * 30)]), 1.5)
        << seconds;
  }
}

}  // namespace
}  // namespace weike::media::test
