#include "media/package/segment_index.hpp"
#include "tests/api/playback/planned_media.hpp"
#include "tests/media/packaged_clip.hpp"

// Files of a really transcoded clip, as players and downloads get them.
namespace weike {
namespace {

using media::test::PackagedClip;
using testing::HasSubstr;

class FinishedMedia : public PlannedMedia {
 protected:
  FinishedMedia() {
    for (const auto& rendition : clip.renditions()) {
      put_file(rendition + "/init.mp4");
      for (std::size_t i = 0; i < clip.plan().segments.size(); ++i)
        put_file(rendition + "/" + std::to_string(i) + ".m4s");
    }
    for (const auto& rate : clip.offered().rates) {
      for (auto& rendition : asset.renditions) {
        if (rendition.name != rate.rendition) continue;
        rendition.peak_bps = rate.peak_bps;
        rendition.average_bps = rate.average_bps;
        rendition.iframe_peak_bps = rate.iframe_peak_bps;
        rendition.iframe_average_bps = rate.iframe_average_bps;
      }
    }
    save(asset);
  }

  static std::set<std::string> every_rendition() {
    const auto names = PackagedClip::shared().renditions();
    return {names.begin(), names.end()};
  }
  void put_file(const std::string& name) {
    const auto bytes = clip.file(name);
    put_blob(asset, name, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
  // What ffprobe or ffmpeg say of downloaded bytes.
  std::filesystem::path on_disk(const std::string& name, const std::string& bytes) {
    const auto path = temporary.path(name);
    media::test::write_file(path, bytes);
    return path;
  }

  const PackagedClip& clip = PackagedClip::shared();
  const std::string rung = clip.plan().video.front().name;
  media::test::TempFolder temporary;
  Asset asset = store_asset(clip.plan(), AssetState::ready, every_rendition());
};

TEST_F(FinishedMedia, AWholeRungIsAnOrdinaryMp4File) {
  const auto response = get(url(asset, rung + ".mp4"));

  ASSERT_EQ(response.status, 200);
  EXPECT_EQ(header(response, "Content-Type"), "video/mp4");
  EXPECT_EQ(header(response, "Accept-Ranges"), "bytes");
  const auto bytes = bytes_of(response);
  EXPECT_EQ(bytes.size(), std::get<http::FileBody>(response.body).length);
  EXPECT_LT(bytes.find("moov"), bytes.find("mdat")) << "playable before all of it is there";
  const auto file = on_disk("whole.mp4", bytes);
  const auto frames = media::test::numbers_of(media::test::probed(
      file, "-count_frames -select_streams v -show_entries stream=nb_read_frames"));
  EXPECT_EQ(frames, (std::vector<double>{static_cast<double>(clip.plan().frame_count)}));
  const auto lengths =
      media::test::numbers_of(media::test::probed(file, "-show_entries stream=duration"));
  ASSERT_EQ(lengths.size(), 2U);
  EXPECT_NEAR(lengths[0], lengths[1], 0.04);
  EXPECT_EQ(media::test::output_of("ffmpeg -v error -i '" + file.string() + "' -f null - 2>&1"),
            "");
}

TEST_F(FinishedMedia, AnyRangeOfAWholeRungIsThatPartOfIt) {
  const auto target = url(asset, rung + ".mp4");
  const auto first = get(target);
  const auto whole = bytes_of(first);
  const auto etag = header(first, "ETag");
  const auto head_bytes = whole.find("mdat") + 4;
  const std::size_t begins[] = {
      0, 1, head_bytes - 2, head_bytes, whole.size() / 3, whole.size() / 2, whole.size() - 5};
  for (const auto begin : begins) {
    for (const std::size_t length : {std::size_t{1}, std::size_t{5}, whole.size()}) {
      const auto end = std::min(begin + length, whole.size()) - 1;
      const auto range =
          "bytes=" + std::to_string(begin) + "-" + std::to_string(begin + length - 1);

      const auto part = get_both(target, {{"Range", range}, {"If-Range", etag}});

      ASSERT_EQ(part.status, 206) << range;
      EXPECT_EQ(header(part, "Content-Range"), "bytes " + std::to_string(begin) + "-" +
                                                   std::to_string(end) + "/" +
                                                   std::to_string(whole.size()));
      EXPECT_TRUE(bytes_of(part) == whole.substr(begin, end - begin + 1)) << range;
    }
  }
  const auto behind = "bytes=" + std::to_string(whole.size()) + "-";
  EXPECT_EQ(get_both(target, {{"Range", behind}}).status, 416);
  EXPECT_EQ(get_both(target, {{"If-None-Match", etag}}).status, 304);
  EXPECT_EQ(get_both(target, {{"Range", "bytes=0-9"}, {"If-Range", "\"other\""}}).status, 200);
  const auto head = call(http::Method::head, target);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(std::get<http::FileBody>(head.body).length, whole.size());
}

TEST_F(FinishedMedia, SeveralRangesOfAWholeRungAreThoseParts) {
  const auto target = url(asset, rung + ".mp4");
  const auto whole = bytes_of(get(target));
  const auto middle = whole.size() / 2;
  const auto range = "bytes=" + std::to_string(middle) + "-,0-99";

  const auto response = get(target, nullptr, {{"Range", range}});

  ASSERT_EQ(response.status, 206);
  const auto& body = *std::get<std::shared_ptr<http::PartsBody>>(response.body);
  const auto length = body.length_bytes();
  const auto bytes = bytes_of(response);
  EXPECT_EQ(bytes.size(), length);
  const auto first = bytes.find("\r\n\r\n") + 4;
  EXPECT_TRUE(bytes.compare(first, whole.size() - middle, whole, middle, std::string::npos) == 0);
  const auto second = bytes.find("\r\n\r\n", first + whole.size() - middle) + 4;
  EXPECT_TRUE(bytes.compare(second, 100, whole, 0, 100) == 0);
}

TEST_F(FinishedMedia, ARecallStopsADownloadThatRuns) {
  const auto target = url(asset, rung + ".mp4");
  get(target);
  const auto download = get_hot(target);
  ASSERT_TRUE(download);
  const auto& permit = std::get<http::FileBody>(download->body).permit;
  ASSERT_TRUE(permit->holds());

  gate.raise_epoch(asset.id, asset.epoch + 1);

  EXPECT_FALSE(permit->holds());
  EXPECT_FALSE(get_hot(target)) << "nor does another begin";
  EXPECT_EQ(get(target).status, 403);
}

TEST_F(FinishedMedia, AWholeRungOpensWithItsOwnLinkOnly) {
  const auto target = url(asset, rung + ".mp4");
  get(target);
  ASSERT_TRUE(get_hot(target));
  const auto other = store_asset(clip.plan(), AssetState::ready, every_rendition());
  const auto id = asset.id.text();
  const auto borrowed = std::string(target).replace(target.find(id), id.size(), other.id.text());
  auto forged = target;
  auto& letter = forged[forged.rfind('/') - 2];
  letter = letter == 'A' ? 'B' : 'A';

  for (const auto& wrong : {borrowed, forged}) {
    EXPECT_FALSE(get_hot(wrong)) << wrong;
    EXPECT_EQ(get(wrong).status, 403) << wrong;
  }
  clock.advance(std::chrono::hours{13});
  EXPECT_FALSE(get_hot(target));
  EXPECT_EQ(get(target).status, 403) << "expired";
}

TEST_F(FinishedMedia, SegmentsOfAWholeRungStayOpenForTheNext) {
  const auto target = url(asset, rung + ".mp4");
  const auto body = std::get<http::FileBody>(get(target).body);
  const auto last = body.length - 1;
  const auto pieces = body.pieces;
  ASSERT_TRUE(pieces->at_hand(0)) << "the head is always there";
  ASSERT_FALSE(pieces->at_hand(last)) << "nobody has opened it";

  const auto opened = pieces->open(last);

  ASSERT_TRUE(opened && opened->file);
  const auto again = pieces->at_hand(last);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->file, opened->file);
  EXPECT_EQ(again->length, 1U);
}

TEST_F(FinishedMedia, OnlyFinishedRungsAreWholeFiles) {
  asset.renditions.front().done -= 1;
  save(asset);
  EXPECT_EQ(status_of(asset, rung + ".mp4"), 404) << "made only when watched";
  EXPECT_EQ(status_of(asset, "a128.mp4"), 404);

  const auto early = store_asset(clip.plan(), AssetState::transcoding, every_rendition());
  const auto response = get(url(early, rung + ".mp4"));
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(header(response, "Retry-After"), "2");
}

TEST_F(FinishedMedia, IFramePlaylistsPointAtKeyPictures) {
  const auto playlist = text_of(get_both(url(asset, rung + "/iframes.m3u8")));
  EXPECT_THAT(text_of(get(url(asset, "master.m3u8"))), HasSubstr(rung + "/iframes.m3u8"));
  EXPECT_THAT(playlist, HasSubstr("#EXT-X-I-FRAMES-ONLY"));
  EXPECT_EQ(status_of(asset, "a128/iframes.m3u8"), 404);

  const auto tag = playlist.find("#EXT-X-BYTERANGE:") + 17;
  const auto range = playlist.substr(tag, playlist.find('\n', tag) - tag);
  const auto length = std::stoul(range);
  const auto offset = std::stoul(range.substr(range.find('@') + 1));
  const auto picture = get(
      url(asset, rung + "/0.m4s"), nullptr,
      {{"Range", "bytes=" + std::to_string(offset) + "-" + std::to_string(offset + length - 1)}});
  ASSERT_EQ(picture.status, 206);
  const auto file =
      on_disk("picture.mp4", text_of(get(url(asset, rung + "/init.mp4"))) + text_of(picture));
  EXPECT_THAT(media::test::probed(file, "-show_entries frame=pict_type"), HasSubstr("I"));

  const auto early = store_asset(clip.plan(), AssetState::transcoding, every_rendition());
  EXPECT_EQ(status_of(early, rung + "/iframes.m3u8"), 503) << "only at ready";
}

}  // namespace
}  // namespace weike
