#include "media/captions/captions.hpp"

#include "media/captions/charset.hpp"
#include "media/captions/cue_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace weike::media {
namespace {

constexpr std::string_view kHead = "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n\n";
constexpr std::uint32_t kMinute = 60'000;

// What becomes of a file in a lesson of a minute, without the head that all have; or the reason.
std::string read(std::string_view file) {
  const auto captions = read_captions(file, kMinute);
  if (!captions) return captions.error().reason;
  EXPECT_TRUE(captions->webvtt.starts_with(kHead));
  return captions->webvtt.substr(kHead.size());
}

std::string cue(std::string_view begin, std::string_view end, std::string_view text) {
  return "00:00:" + std::string(begin) + " --> 00:00:" + std::string(end) + "\n" +
         std::string(text) + "\n\n";
}

TEST(Captions, ReadsSubRip) {
  EXPECT_EQ(read("1\n00:00:01,000 --> 00:00:02,500\nHello\nthere\n\n"
                 "2\n00:00:03,000 --> 00:00:04,000\nBye\n"),
            cue("01.000", "02.500", "Hello\nthere") + cue("03.000", "04.000", "Bye"));
}

TEST(Captions, ReadsWebVtt) {
  EXPECT_EQ(
      read("WEBVTT - a title\nKind: captions\n\nintro\n00:01.000 --> 00:02.500 line:0 align:end\n"
           "Hello\n\n00:00:03.000 --> 00:00:04.000\nBye"),
      cue("01.000", "02.500", "Hello") + cue("03.000", "04.000", "Bye"));
}

TEST(Captions, LooksTheSameInEveryEncoding) {
  const std::string expected = cue("01.000", "02.000", "你好，党员");
  const std::string text = "1\n00:00:01,000 --> 00:00:02,000\n你好，党员\n";
  std::string utf16_le = "\xff\xfe";
  std::string utf16_be = "\xfe\xff";
  for (const char16_t unit : std::u16string(u"1\n00:00:01,000 --> 00:00:02,000\n你好，党员\n")) {
    utf16_le += {static_cast<char>(unit & 0xff), static_cast<char>(unit >> 8)};
    utf16_be += {static_cast<char>(unit >> 8), static_cast<char>(unit & 0xff)};
  }

  EXPECT_EQ(read(text), expected);
  EXPECT_EQ(read("\xef\xbb\xbf" + text), expected);
  EXPECT_EQ(read(utf16_le), expected);
  EXPECT_EQ(read(utf16_be), expected);
  EXPECT_EQ(read("1\n00:00:01,000 --> 00:00:02,000\n"
                 "\xc4\xe3\xba\xc3\xa3\xac\xb5\xb3\xd4\xb1\n"),
            expected);  // GB2312
  EXPECT_EQ(read("1\n00:00:01,000 --> 00:00:02,000\n\x95\x32\x82\x36\n"),
            cue("01.000", "02.000", "\U00020000"));  // Four bytes, only in GB18030.
}

// clang-format off
const struct {
  std::string_view about;
  std::string_view file;
  std::string expected;
} kHostile[] = {
    {"carriage returns", "1\r\n00:00:01,000 --> 00:00:02,000\r\nA\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000\r\nB\r\n",
     cue("01.000", "02.000", "A") + cue("03.000", "04.000", "B")},
    {"old Mac line ends", "1\r00:00:01,000 --> 00:00:02,000\rA\r\r2\r00:00:03,000 --> 00:00:04,000\rB\r",
     cue("01.000", "02.000", "A") + cue("03.000", "04.000", "B")},
    {"missing numbers", "00:00:01,000 --> 00:00:02,000\nA\n\n00:00:03,000 --> 00:00:04,000\nB\n",
     cue("01.000", "02.000", "A") + cue("03.000", "04.000", "B")},
    {"missing empty lines", "1\n00:00:01,000 --> 00:00:02,000\nA\n2\n00:00:03,000 --> 00:00:04,000\nB\n",
     cue("01.000", "02.000", "A") + cue("03.000", "04.000", "B")},
    {"an empty line within a SubRip cue", "1\n00:00:01,000 --> 00:00:02,000\nA\n\nstill A\n\n2\n00:00:03,000 --> 00:00:04,000\nB\n",
     cue("01.000", "02.000", "A\nstill A") + cue("03.000", "04.000", "B")},
    {"a number as text", "1\n00:00:01,000 --> 00:00:02,000\n1949\n\n", cue("01.000", "02.000", "1949")},
    {"overlaps stay, in order of time", "00:00:03,000 --> 00:00:09,000\nB\n\n00:00:01,000 --> 00:00:04,000\nA\n",
     cue("01.000", "04.000", "A") + cue("03.000", "09.000", "B")},
    {"a negative start", "-00:00:01,000 --> 00:00:02,000\nA\n", cue("00.000", "02.000", "A")},
    {"wholly negative", "-00:00:05,000 --> -00:00:02,000\nA\n\n00:00:01,000 --> 00:00:02,000\nB\n", cue("01.000", "02.000", "B")},
    {"backwards", "00:00:05,000 --> 00:00:02,000\nA\n\n00:00:01,000 --> 00:00:02,000\nB\n", cue("01.000", "02.000", "B")},
    {"beyond the lesson", "00:00:58,000 --> 00:01:30,000\nA\n\n00:01:01,000 --> 00:01:02,000\nB\n",
     "00:00:58.000 --> 00:01:00.000\nA\n\n"},
    {"times that are none", "00:00:61,000 --> 00:00:62,000\nA\n\nx --> y\nB\n\n00:00:01,000 --> 00:00:02,000\nC\n", cue("01.000", "02.000", "C")},
    {"hours beyond numbers", "99999999999999999999:00:00,000 --> 00:00:02,000\nA\n\n00:00:01,000 --> 00:00:02,000\nC\n", cue("01.000", "02.000", "C")},
    {"short fractions", "0:0:1,5 --> 0:0:2\nA\n", cue("01.500", "02.000", "A")},
    {"notes, styles, regions", "WEBVTT\n\nNOTE secret\nmore\n\nSTYLE\n::cue { background: url(http://x/) }\n\nREGION\nid:a\n\n00:01.000 --> 00:02.000\nA\n",
     cue("01.000", "02.000", "A")},
    {"a cue in a style", "WEBVTT\n\nSTYLE\n00:03.000 --> 00:04.000\nX\n\n00:01.000 --> 00:02.000\nA\n", cue("01.000", "02.000", "A")},
    {"no empty line behind the head", "WEBVTT\n00:01.000 --> 00:02.000\nA\n", cue("01.000", "02.000", "A")},
    {"a script", "00:00:01,000 --> 00:00:02,000\n<script>alert(1)</script>A<img src=x onerror=alert(2)>\n", cue("01.000", "02.000", "A")},
    {"a script that never ends", "00:00:01,000 --> 00:00:02,000\nA<script>alert(1)\n", cue("01.000", "02.000", "A")},
    {"an arrow in the text", "00:00:01,000 --> 00:00:02,000\nA &lt;-- B --&gt; C\n", cue("01.000", "02.000", "A &lt;-- B --&gt; C")},
    {"a bare arrow in the text of SubRip", "1\n00:00:01,000 --> 00:00:02,000\nnow\nA --> B\n--> C\nthen\n",
     cue("01.000", "02.000", "now\nA --&gt; B\n--&gt; C\nthen")},
    {"a bare arrow in WebVTT begins a cue", "WEBVTT\n\n00:01.000 --> 00:02.000\nA\nB --> C\nD\n", cue("01.000", "02.000", "A")},
    {"SubRip positions and fonts", "00:00:01,000 --> 00:00:02,000 X1:0 X2:9\n{\\an8}<font color=\"red\">A</font>\n", cue("01.000", "02.000", "A")},
    {"only tags", "00:00:01,000 --> 00:00:02,000\n<i> </i>\n\n00:00:03,000 --> 00:00:04,000\nB\n", cue("03.000", "04.000", "B")},
    {"empty", "", "captions_format"},
    {"no captions at all", "Dear Sir or Madam,\n", "captions_format"},
    {"another format", "[Script Info]\nDialogue: 0,0:00:01.00,0:00:02.00,A\n", "captions_format"},
    {"no cue that could be shown", "00:05:00,000 --> 00:06:00,000\nA\n", "captions_empty"},
    {"a truncated GB18030 character", "00:00:01,000 --> 00:00:02,000\n\xc4", "captions_encoding"},
    {"neither UTF-8 nor GB18030", "00:00:01,000 --> 00:00:02,000\nA\xff\xff\n", "captions_encoding"},
    {"a surrogate in UTF-16", std::string_view("\xff\xfe\x00\xd8\x41\x00", 6), "captions_encoding"},
    {"zero bytes", std::string_view("00:00:01,000 --> 00:00:02,000\nA\0B\n", 34), "captions_encoding"},
    {"escape sequences", "00:00:01,000 --> 00:00:02,000\n\x1b[2J\n", "captions_encoding"},
};
// clang-format on

TEST(Captions, SurviveHostileInput) {
  for (const auto& row : kHostile) EXPECT_EQ(read(row.file), row.expected) << row.about;
}

TEST(Captions, HaveLimits) {
  std::string many;
  for (int i = 0; i < 10'001; ++i) many += "00:00:01,000 --> 00:00:02,000\nA\n\n";
  const std::string exactly = many.substr(many.find("\n\n") + 2);
  const std::string long_one = "00:00:01,000 --> 00:00:02,000\n" + std::string(1 << 20, 'A');

  EXPECT_EQ(read(many), "captions_too_many");
  EXPECT_EQ(read_captions(exactly, kMinute)->cues, 10'000U);
  EXPECT_EQ(read(long_one), "captions_too_large");
}

TEST(Captions, AreTheSameWhenReadAgain) {
  const auto first = read_captions("00:00:01,000 --> 00:00:02,000\n<b>A & B</i>\n", kMinute);

  const auto second = read_captions(first->webvtt, kMinute);

  ASSERT_TRUE(second);
  EXPECT_EQ(second->webvtt, first->webvtt);
}

TEST(Captions, AreCutToAPartOfTheLesson) {
  const auto whole = read_captions(
      "00:00:01,000 --> 00:00:03,000\n<i>across in</i>\n\n00:00:04,000 --> 00:00:05,000\nA & B\n\n"
      "00:00:01,000 --> 00:00:02,000\nbefore\n\n00:00:09,000 --> 00:00:11,000\nacross out\n\n"
      "00:00:10,000 --> 00:00:12,000\nbehind\n",
      kMinute);

  const auto part = cut_captions(whole->webvtt, 2'000, 10'000);

  ASSERT_TRUE(part);
  EXPECT_EQ(part->cues, 3U);
  EXPECT_EQ(part->webvtt, std::string(kHead) + cue("00.000", "01.000", "<i>across in</i>") +
                              cue("02.000", "03.000", "A &amp; B") +
                              cue("07.000", "08.000", "across out"));
  EXPECT_EQ(cut_captions(whole->webvtt, 0, kMinute)->webvtt, whole->webvtt);
  EXPECT_EQ(cut_captions(whole->webvtt, 20'000, 30'000).error().reason, "captions_empty");
}

TEST(Captions, AreCalledByAllThatAViewerSees) {
  const std::string id = caption_id("zh-CN", "中文", "WEBVTT\n");

  EXPECT_THAT(id, ::testing::MatchesRegex("[0-9a-f]+"));
  EXPECT_EQ(id.size(), 12U);
  EXPECT_EQ(id, caption_id("zh-CN", "中文", "WEBVTT\n"));
  EXPECT_NE(id, caption_id("en", "中文", "WEBVTT\n"));
  EXPECT_NE(id, caption_id("zh-CN", "英文", "WEBVTT\n"));
  EXPECT_NE(id, caption_id("zh-CN", "中文", "WEBVTT\n\n"));
  EXPECT_NE(caption_id("a", "bc", ""), caption_id("ab", "c", ""));
}

TEST(CueText, KeepsOnlySafeTagsAndBalancesThem) {
  // clang-format off
  const struct { std::string_view in, out; } rows[] = {
      {"<b>bold</b> <I>it</I> <u>u</u>", "<b>bold</b> <i>it</i> <u>u</u>"},
      {"<ruby>漢<rt>kan</rt></ruby>", "<ruby>漢<rt>kan</rt></ruby>"},
      {"<rt>alone</rt>", "alone"},
      {"<b><i>crossed</b></i>", "<b><i>crossed</i></b>"},
      {"<b>open", "<b>open</b>"},
      {"closed</b>", "closed"},
      {"<v Anna>Hello</v>", "Hello"},
      {"<c.red>red</c> <lang en>x</lang>", "red x"},
      {"<b.loud onclick=x>b</b>", "<b>b</b>"},
      {"one <00:01.000>two", "one two"},
      {"1 < 2 && 3 > 2", "1 &lt; 2 &amp;&amp; 3 &gt; 2"},
      {"I <3 you", "I &lt;3 you"},
      {"<3 or more>", "&lt;3 or more&gt;"},
      {"&lt;script&gt;", "&lt;script&gt;"},
      {"&amp;lt;", "&amp;lt;"},
      {"<!-- hidden -->shown", "shown"},
      {"<scr<b>ipt>x", "ipt&gt;x"},
      {"a\n\n\nb\n", "a\nb"},
      {"a  \n  b", "a\nb"},
      {"<b></b>", ""},
      {"&nbsp;", "\u00a0"},
  };
  // clang-format on
  for (const auto& row : rows) EXPECT_EQ(safe_cue_text(row.in), row.out) << row.in;
}

TEST(CueText, TakesTimeInProportionToTheText) {
  for (const std::string_view piece : {"<script></script", "<script></script>", "<STYLE></sty",
                                       "<a", "{\\", "<3 ", "<3 :", "</"}) {
    for (const std::string_view end : {"", ">", "}"}) {
      std::string text;
      for (int i = 0; i < 5'000; ++i) text += piece;
      text += end;
      std::size_t looked_at = 0;

      safe_cue_text(text, &looked_at);

      EXPECT_GT(looked_at, 0U) << piece << end;
      EXPECT_LE(looked_at, 4 * text.size()) << piece << end;
    }
  }
}

// Random rubbish of the characters that matter: the result has only cues of three parts, and no
// markup but the safe one.
TEST(Captions, NeverLetMarkupThrough) {
  std::mt19937 random(11);
  constexpr std::string_view kPieces[] = {
      "<",        ">",      "/",    "b",   "script", "&",
      "lt;",      "-->",    "\n",   "{\\", "}",      "<i>",
      "</i>",     "<ruby>", "<rt>", " ",   "NOTE",   "00:00:01.000 --> 00:00:02.000\n",
      "\xc2\xa0", "x"};
  for (int round = 0; round < 3'000; ++round) {
    std::string file = round % 2 ? "WEBVTT\n\n" : "";
    for (int i = 0; i < 40; ++i) file += kPieces[random() % std::size(kPieces)];
    const auto captions = read_captions(file, kMinute);
    if (!captions) continue;
    std::string rest = captions->webvtt.substr(kHead.size());
    for (const std::string_view tag :
         {"<b>", "</b>", "<i>", "</i>", "<ruby>", "</ruby>", "<rt>", "</rt>"}) {
      for (auto at = rest.find(tag); at != std::string::npos; at = rest.find(tag))
        rest.erase(at, tag.size());
    }
    std::size_t arrows = 0;
    for (auto at = rest.find(" --> "); at != std::string::npos; at = rest.find(" --> ", at + 1))
      ++arrows;
    EXPECT_EQ(rest.find('<'), std::string::npos) << file;
    EXPECT_EQ(arrows, captions->cues) << file;
    EXPECT_EQ(read_captions(captions->webvtt, kMinute)->webvtt, captions->webvtt) << file;
  }
}

}  // namespace
}  // namespace weike::media
