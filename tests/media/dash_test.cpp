#include "tests/media/packaged_clip.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

namespace weike::media::test {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

const PackagedClip& clip() { return PackagedClip::shared(); }

// The values of an attribute, in order.
std::vector<std::string> values(const std::string& text, const std::string& element,
                                const std::string& attribute) {
  std::vector<std::string> found;
  const std::regex tag("<" + element + "(\\s[^>]*)>");
  const std::regex value("\\s" + attribute + "=\"([^\"]*)\"");
  for (std::sregex_iterator it(text.begin(), text.end(), tag), end; it != end; ++it) {
    const std::string attributes = (*it)[1];
    std::smatch match;
    if (std::regex_search(attributes, match, value)) found.push_back(match[1]);
  }
  return found;
}

// Start and duration of every segment, as a player counts them out.
std::vector<std::pair<std::uint64_t, std::uint64_t>> spans_of(const std::string& timeline) {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> spans;
  const std::regex row("<S t=\"([0-9]+)\" d=\"([0-9]+)\"(?: r=\"([0-9]+)\")?/>");
  for (std::sregex_iterator it(timeline.begin(), timeline.end(), row), end; it != end; ++it) {
    const std::uint64_t duration = std::stoull((*it)[2]);
    const std::uint64_t repeats = (*it)[3].matched ? std::stoull((*it)[3]) : 0;
    for (std::uint64_t i = 0; i <= repeats; ++i)
      spans.emplace_back(std::stoull((*it)[1]) + i * duration, duration);
  }
  return spans;
}

std::string set_of(const std::string& manifest, const std::string& kind) {
  const auto start = manifest.find("contentType=\"" + kind + "\"");
  return manifest.substr(start, manifest.find("</AdaptationSet>", start) - start);
}

TEST(DashManifest, TimelinesAreExactlyThoseOfTheSegments) {
  const std::string manifest = dash_manifest(clip().plan(), clip().offered());

  for (const auto& [kind, rendition] :
       {std::pair{"video", "v360"}, std::pair{"video", "v480"}, std::pair{"audio", "a128"}}) {
    SCOPED_TRACE(rendition);
    const auto spans = spans_of(set_of(manifest, kind));
    const auto indexes = clip().indexes(rendition);
    ASSERT_EQ(spans.size(), indexes.size());
    for (std::size_t i = 0; i < spans.size(); ++i) {
      EXPECT_EQ(spans[i].first, indexes[i].decode_time);
      EXPECT_EQ(spans[i].second, indexes[i].duration());
    }
  }
}

TEST(DashManifest, NamesWhatAPlayerNeedsAndNothingAbsolute) {
  const OfferedMedia offered = clip().offered();
  const std::string manifest = dash_manifest(clip().plan(), offered);

  EXPECT_THAT(values(manifest, "Representation", "id"), ElementsAre("v480", "v360", "a128", "a64"));
  EXPECT_THAT(values(manifest, "Representation", "frameRate"), Each("30000/1001"));
  EXPECT_THAT(manifest, HasSubstr("type=\"static\" mediaPresentationDuration=\"PT8.008S\""));
  EXPECT_EQ(values(manifest, "Representation", "bandwidth").front(),
            std::to_string(offered.rates.front().peak_bps));
  EXPECT_THAT(manifest, Not(HasSubstr("://")));
  EXPECT_THAT(manifest, Not(HasSubstr("<BaseURL>/")));
}

TEST(DashManifest, OffersAv1OnlyToPlayersThatAsk) {
  Plan plan = clip().plan();
  plan.background = plan.video.back();
  plan.background->name = "v360-av1";
  plan.background->codec = VideoCodec::av1;
  plan.background->codecs = "av01.0.04M.08";
  OfferedMedia offered = clip().offered();
  offered.video.push_back("v360-av1");

  const std::string without = dash_manifest(plan, offered);
  offered.with_av1 = true;
  const std::string with = dash_manifest(plan, offered);

  EXPECT_THAT(without, Not(HasSubstr("av01")));
  EXPECT_THAT(with, HasSubstr("id=\"v360-av1\""));
  EXPECT_EQ(values(with, "AdaptationSet", "contentType").size(), 3U);  // Codecs are not mixed.
}

TEST(DashManifest, EscapesTheLabelsOfCaptions) {
  OfferedMedia offered = clip().offered();
  offered.captions = {{"0123456789ab", "zh-CN", "<b>\"A&B\"</b>"}, {"ba9876543210", "en", "x"}};

  const std::string manifest = dash_manifest(clip().plan(), offered);

  // The same label as in the HLS playlist, where no double quotes can stand.
  EXPECT_THAT(manifest, HasSubstr("<Label>&lt;b&gt;'A&amp;B'&lt;/b&gt;</Label>"));
  EXPECT_THAT(manifest, HasSubstr("<BaseURL>captions/0123456789ab.vtt</BaseURL>"));
  EXPECT_THAT(values(manifest, "AdaptationSet", "lang"), ElementsAre("zh-CN", "en"));
}

TEST(DashManifest, APlayerDecodesTheWholeDuration) {
  for (const std::string name : {"manifest.mpd", "manifest.0123456789ab.mpd"}) {
    SCOPED_TRACE(name);
    const auto manifest = clip().path(name);
    // It reads captions only if told that such files are fine.
    const std::string any_file = "-allowed_extensions ALL ";

    const auto frames =
        numbers_of(probed(manifest, any_file + "-select_streams v -count_frames -show_entries "
                                               "stream=nb_read_frames"));
    const auto sound = numbers_of(
        probed(manifest, any_file + "-select_streams a:0 -show_entries packet=pts_time"));

    // The prober lists each stream twice, alone and in its program.
    EXPECT_THAT(frames, AllOf(SizeIs(4), Each(clip().plan().frame_count)));
    ASSERT_FALSE(sound.empty());
    EXPECT_NEAR(sound.front(), 0, 0.001);
    EXPECT_NEAR(sound.back() + 1024.0 / 48'000, 8, 0.04);
  }
}

}  // namespace
}  // namespace weike::media::test
