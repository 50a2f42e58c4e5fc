#include "tests/media/playlist_reader.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <regex>
#include <set>
#include <sstream>

namespace weike::media::test {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  EXPECT_TRUE(text.ends_with('\n'));
  EXPECT_EQ(text.find('\r'), std::string::npos);
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  EXPECT_FALSE(lines.empty());
  EXPECT_TRUE(text.starts_with("#EXTM3U\n"));
  return lines;
}

std::optional<std::string> value_of(const std::string& line, std::string_view tag) {
  const std::string head = "#" + std::string(tag) + ":";
  if (!line.starts_with(head)) return std::nullopt;
  return line.substr(head.size());
}

// RFC 8216, 4.2: names of upper-case letters, no white space, each name once.
Attributes attributes_of(std::string list) {
  static const std::regex kAttribute(
      "^([A-Z0-9-]+)=(\"([^\"\\r\\n]*)\"|[0-9]+x[0-9]+|[0-9]+\\.[0-9]+|[0-9]+|[A-Z0-9-]+)(,|$)");
  Attributes attributes;
  std::smatch match;
  while (!list.empty()) {
    if (!std::regex_search(list, match, kAttribute)) {
      ADD_FAILURE() << "no attribute list: " << list;
      return attributes;
    }
    const bool is_quoted = match[2].str().starts_with('"');
    const bool is_new =
        attributes.emplace(match[1].str(), is_quoted ? match[3].str() : match[2].str()).second;
    EXPECT_TRUE(is_new) << match[1];
    list = match.suffix().str();
  }
  return attributes;
}

// Signed paths are inherited only by relative references that stay below.
void expect_relative(const std::string& uri) {
  EXPECT_FALSE(uri.empty());
  EXPECT_EQ(uri.find("://"), std::string::npos) << uri;
  EXPECT_EQ(uri.find(".."), std::string::npos) << uri;
  EXPECT_FALSE(uri.starts_with('/')) << uri;
}

void expect_integer(const Attributes& attributes, const std::string& name) {
  ASSERT_TRUE(attributes.contains(name)) << name;
  EXPECT_TRUE(std::regex_match(attributes.at(name), std::regex("[1-9][0-9]{0,18}")))
      << name << "=" << attributes.at(name);
}

void check_rates(const Attributes& attributes) {
  expect_integer(attributes, "BANDWIDTH");
  if (!attributes.contains("AVERAGE-BANDWIDTH")) return;
  expect_integer(attributes, "AVERAGE-BANDWIDTH");
  EXPECT_LE(std::stoll(attributes.at("AVERAGE-BANDWIDTH")), std::stoll(attributes.at("BANDWIDTH")));
}

// 4.3.4.1 and 4.3.4.1.1.
void check_groups(const ReadMaster& master) {
  std::map<std::string, std::set<std::string>> names;
  std::map<std::string, int> defaults;
  for (const Attributes& media : master.media) {
    for (const char* name : {"TYPE", "GROUP-ID", "NAME", "URI"})
      ASSERT_TRUE(media.contains(name)) << name;
    const std::string group = media.at("TYPE") + "/" + media.at("GROUP-ID");
    EXPECT_TRUE(names[group].insert(media.at("NAME")).second) << "twice: " << media.at("NAME");
    expect_relative(media.at("URI"));
    if (media.contains("DEFAULT") && media.at("DEFAULT") == "YES") {
      EXPECT_EQ(++defaults[group], 1) << group;
      EXPECT_EQ(media.at("AUTOSELECT"), "YES");
    }
    EXPECT_EQ(media.contains("FORCED"), media.at("TYPE") == "SUBTITLES");
  }
  for (const ReadVariant& variant : master.variants) {
    for (const char* type : {"AUDIO", "SUBTITLES"}) {
      if (!variant.attributes.contains(type)) continue;
      EXPECT_TRUE(names.contains(std::string(type) + "/" + variant.attributes.at(type)))
          << "a group that is not there: " << variant.attributes.at(type);
    }
  }
}

// 4.3.4.2, and 1.x and 9.x of Apple's authoring specification.
void check_variant(const ReadVariant& variant) {
  SCOPED_TRACE(variant.uri);
  expect_relative(variant.uri);
  check_rates(variant.attributes);
  ASSERT_TRUE(variant.attributes.contains("CODECS"));
  const bool has_video = variant.attributes.contains("RESOLUTION");
  EXPECT_EQ(has_video, variant.attributes.contains("FRAME-RATE"));
  const std::string codecs = variant.attributes.at("CODECS");
  EXPECT_EQ(has_video, codecs.starts_with("avc1.") || codecs.starts_with("av01.")) << codecs;
  EXPECT_EQ(variant.attributes.at("CLOSED-CAPTIONS"), "NONE");
  EXPECT_EQ(variant.attributes.contains("AUDIO"), codecs.ends_with("mp4a.40.2")) << codecs;
}

// 4.3.4.3: what a playlist of pictures alone can not have.
void check_iframe_variant(const ReadVariant& variant) {
  SCOPED_TRACE(variant.uri);
  expect_relative(variant.uri);
  check_rates(variant.attributes);
  for (const char* name : {"FRAME-RATE", "AUDIO", "SUBTITLES", "CLOSED-CAPTIONS"})
    EXPECT_FALSE(variant.attributes.contains(name)) << name;
  EXPECT_TRUE(variant.attributes.contains("RESOLUTION"));
}

void read_range(const std::string& value, ReadSegment& segment) {
  std::smatch match;
  ASSERT_TRUE(std::regex_match(value, match, std::regex("([1-9][0-9]*)@([0-9]+)"))) << value;
  segment.length = std::stoull(match[1]);
  segment.offset = std::stoull(match[2]);
}

}  // namespace

double ReadMedia::total_seconds() const {
  double total = 0;
  for (const ReadSegment& segment : segments) total += segment.seconds;
  return total;
}

ReadMaster read_master(const std::string& text) {
  ReadMaster master;
  std::optional<Attributes> waiting;  // For its URI on the next line.
  std::map<std::string, int> once;
  for (const std::string& line : lines_of(text)) {
    EXPECT_FALSE(waiting && line.starts_with('#')) << "a variant without its URI: " << line;
    if (waiting && !line.starts_with('#')) {
      master.variants.push_back({*waiting, line});
      waiting.reset();
    } else if (const auto media = value_of(line, "EXT-X-MEDIA")) {
      master.media.push_back(attributes_of(*media));
    } else if (const auto variant = value_of(line, "EXT-X-STREAM-INF")) {
      waiting = attributes_of(*variant);
    } else if (const auto iframes = value_of(line, "EXT-X-I-FRAME-STREAM-INF")) {
      const Attributes attributes = attributes_of(*iframes);
      EXPECT_TRUE(attributes.contains("URI"));
      master.iframe_variants.push_back({attributes, attributes.at("URI")});
    } else {
      EXPECT_TRUE(line == "#EXTM3U" || line == "#EXT-X-INDEPENDENT-SEGMENTS" ||
                  line == "#EXT-X-VERSION:7")
          << "what is this: " << line;
      EXPECT_EQ(++once[line], 1) << line;
    }
  }
  EXPECT_FALSE(waiting);
  EXPECT_FALSE(master.variants.empty());
  check_groups(master);
  for (const ReadVariant& variant : master.variants) check_variant(variant);
  for (const ReadVariant& variant : master.iframe_variants) check_iframe_variant(variant);
  return master;
}

ReadMedia read_media(const std::string& text) {
  ReadMedia media;
  std::map<std::string, std::string> tags;
  std::optional<ReadSegment> waiting;
  const auto lines = lines_of(text);
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::string& line = lines[i];
    if (const auto seconds = value_of(line, "EXTINF")) {
      EXPECT_FALSE(waiting) << "a segment without its URI";
      EXPECT_TRUE(std::regex_match(*seconds, std::regex("[0-9]+\\.[0-9]+,"))) << *seconds;
      waiting = ReadSegment{std::stod(*seconds), "", 0, std::nullopt};
    } else if (const auto range = value_of(line, "EXT-X-BYTERANGE")) {
      EXPECT_TRUE(waiting);
      if (waiting) read_range(*range, *waiting);
    } else if (!line.starts_with('#')) {
      EXPECT_TRUE(waiting) << line;
      expect_relative(line);
      if (waiting) waiting->uri = line;
      if (waiting) media.segments.push_back(*waiting);
      waiting.reset();
    } else {
      EXPECT_TRUE(media.segments.empty() || line == "#EXT-X-ENDLIST") << "late: " << line;
      const auto colon = line.find(':');
      const bool is_new = tags.emplace(line.substr(0, colon),
                                       colon == std::string::npos ? "" : line.substr(colon + 1))
                              .second;
      EXPECT_TRUE(is_new) << line;
    }
  }
  EXPECT_EQ(lines.back(), "#EXT-X-ENDLIST");
  EXPECT_EQ(tags["#EXT-X-PLAYLIST-TYPE"], "VOD");
  EXPECT_GE(std::stoi("0" + tags["#EXT-X-VERSION"]), 6);  // EXT-X-MAP needs it (section 7).
  media.target_duration = std::stol("0" + tags["#EXT-X-TARGETDURATION"]);
  media.is_iframes_only = tags.contains("#EXT-X-I-FRAMES-ONLY");
  if (tags.contains("#EXT-X-MAP")) media.map_uri = attributes_of(tags["#EXT-X-MAP"])["URI"];
  for (const ReadSegment& segment : media.segments) {
    EXPECT_LE(std::lround(segment.seconds), media.target_duration);  // 4.3.3.1.
    EXPECT_EQ(segment.length.has_value(), media.is_iframes_only);
  }
  return media;
}

}  // namespace weike::media::test
