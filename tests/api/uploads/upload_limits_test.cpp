#include "api/uploads/tus_headers.hpp"
#include "api/uploads/video_sniff.hpp"
#include "tests/api/uploads/uploads_fixture.hpp"

namespace weike::uploads {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

using UploadLimitsTest = UploadsTest;

TEST_F(UploadLimitsTest, FiveUnfinishedUploadsPerPerson) {
  std::string path;
  for (int i = 0; i < 5; ++i) path = create_upload(10'000);

  const auto sixth = create({{"Upload-Length", "10000"}});

  EXPECT_EQ(sixth.status, 429);
  EXPECT_EQ(code_of(sixth), "too_many_uploads");
  EXPECT_EQ(patch(path, 0, video_bytes(10'000)).status, 204);
  EXPECT_EQ(create({{"Upload-Length", "10000"}}).status, 201);
}

TEST_F(UploadLimitsTest, QuotaOfTheUnitIsSharedAndPromised) {
  options_.unit_quota_bytes = 100'000;
  start();
  const auto path = create_upload(60'000);
  viewer = other;
  const auto refused = create({{"Upload-Length", "50000"}});
  EXPECT_EQ(refused.status, 413);
  EXPECT_EQ(code_of(refused), "quota_exceeded");
  EXPECT_EQ(create({{"Upload-Length", "40000"}}).status, 201);
  EXPECT_EQ(quota_used(), 100'000U);
}

TEST_F(UploadLimitsTest, DeferredLengthsMeetTheQuotaAsBytesArrive) {
  options_.unit_quota_bytes = 100'000;
  start();
  const std::string path(*create({{"Upload-Defer-Length", "1"}}).headers.get("Location"));

  const auto refused = patch(path, 0, video_bytes(120'000));

  EXPECT_EQ(refused.status, 413);
  EXPECT_EQ(code_of(refused), "quota_exceeded");
  EXPECT_EQ(offset_of(path), "98304");  // Six pieces of 16 KiB.
  EXPECT_EQ(send(request(Method::del, path)).status, 204);
  EXPECT_EQ(quota_used(), 0U);
}

TEST_F(UploadLimitsTest, DeferredLengthsMeetTheSizeLimitAsBytesArrive) {
  options_.max_bytes = 100'000;
  start();
  const std::string path(*create({{"Upload-Defer-Length", "1"}}).headers.get("Location"));
  const auto refused = patch(path, 0, video_bytes(120'000));
  EXPECT_EQ(refused.status, 413);
  EXPECT_EQ(code_of(refused), "upload_too_large");
}

TEST_F(UploadLimitsTest, KeepsAReserveOfDisk) {
  options_.disk_reserve_bytes = 63 << 20;  // Of 64 MiB.
  start();
  EXPECT_EQ(create({{"Upload-Length", "1000000"}}).status, 201);
  EXPECT_EQ(create({{"Upload-Length", "1100000"}}).status, 507);
}

// Deferred lengths with a checksum, while the disk has 100 kB above its reserve.
class ReserveWithChecksumTest : public UploadsTest {
 protected:
  ReserveWithChecksumTest() {
    options_.disk_reserve_bytes = (64 << 20) - 100'000;
    start();
    path = *create({{"Upload-Defer-Length", "1"}}).headers.get("Location");
  }
  Fields checksum_of(const std::string& bytes) const {
    const auto digest = http::to_base64(http::sha256(bytes));
    return {{"Upload-Checksum", "sha256 " + digest}};
  }
  std::string path;
};

TEST_F(ReserveWithChecksumTest, IsKeptAsBytesArrive) {
  const auto video = video_bytes(300'000);

  const auto refused = patch(path, 0, video, BodyEnd::complete, checksum_of(video));

  EXPECT_EQ(refused.status, 507);
  EXPECT_EQ(offset_of(path), "0");
  EXPECT_EQ(memory_blobs.free_bytes().value(), 64U << 20);
}

TEST_F(ReserveWithChecksumTest, IsKeptAsTimePasses) {
  options_.checkpoint_bytes = 1 << 20;
  start();
  const auto video = video_bytes(300'000);
  auto sent = patch_request(path, 0, checksum_of(video));
  auto answer = open(sent);
  auto& sink = *std::get<std::unique_ptr<http::BodySink>>(answer);
  sink.attach([] {});
  ASSERT_TRUE(sink.write(bytes_of(std::string_view(video).substr(0, 200'000))));
  clock.advance(2s);

  const auto refused = sink.write(bytes_of(std::string_view(video).substr(200'000)));

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::out_of_space);
  EXPECT_EQ(sink.finish(BodyEnd::interrupted).status, 507);
}

TEST_F(ReserveWithChecksumTest, LetsPassWhatLeavesIt) {
  const auto video = video_bytes(90'000);

  const auto taken = patch(path, 0, video, BodyEnd::complete, checksum_of(video));

  EXPECT_EQ(taken.status, 204);
  EXPECT_EQ(offset_of(path), "90000");
}

TEST_F(UploadLimitsTest, AFullDiskKeepsWhatWasStored) {
  storage::MemoryBlobStore tiny(100'000);
  options_.disk_reserve_bytes = 0;
  start(&tiny);
  const std::string path(*create({{"Upload-Defer-Length", "1"}}).headers.get("Location"));

  const auto refused = patch(path, 0, video_bytes(120'000));

  EXPECT_EQ(refused.status, 507);
  EXPECT_EQ(offset_of(path), "98304");
  service.reset();
}

TEST_F(UploadLimitsTest, LivesThreeDaysFromItsLastByte) {
  const auto path = create_upload(50'000);
  clock.advance(71h);
  EXPECT_EQ(patch(path, 0, video_bytes(10'000)).status, 204);
  clock.advance(71h);
  ASSERT_TRUE(service->sweep());
  EXPECT_EQ(offset_of(path), "10000");

  clock.advance(1h);

  EXPECT_EQ(head(path).status, 410);
  EXPECT_EQ(patch(path, 10'000, "x").status, 410);
  EXPECT_EQ(show(path)["state"], "expired");
}

TEST_F(UploadLimitsTest, SweepFreesExpiredUploadsAndForgetsThemLater) {
  const auto path = create_upload(50'000);
  EXPECT_EQ(patch(path, 0, video_bytes(10'000)).status, 204);
  clock.advance(72h + 1ms);

  ASSERT_TRUE(service->sweep());

  EXPECT_TRUE(blob_names().empty());
  EXPECT_EQ(quota_used(), 0U);
  EXPECT_EQ(show(path)["state"], "expired");
  EXPECT_EQ(head(path).status, 410);
  clock.advance(24h * 7 + 1ms);
  ASSERT_TRUE(service->sweep());
  EXPECT_EQ(head(path).status, 404);
}

TEST_F(UploadLimitsTest, SweepLeavesFinishedFilesAlone) {
  const auto video = video_bytes(5'000);
  const auto path = create_upload(video.size());
  EXPECT_EQ(patch(path, 0, video).status, 204);
  const auto asset = asset_of(path);
  clock.advance(24h * 365);

  ASSERT_TRUE(service->sweep());

  EXPECT_EQ(active_blobs->read(asset.source_blob, 1 << 20).value(), video);
  EXPECT_EQ(head(path).status, 404);
  EXPECT_EQ(quota_used(), 5'000U);
}

struct Sniff {
  std::string name;
  std::string head;
  Sniffed expected;
};

std::string padded(std::string head, char filler) {
  head.resize(kSniffBytes, filler);
  return head;
}

TEST(VideoSniff, KnowsFilesByTheirFirstBytes) {
  std::string transport(kSniffBytes, '\xff');
  for (std::size_t at = 0; at < transport.size(); at += 188) transport[at] = 'G';
  const std::vector<Sniff> rows = {
      {"mp4", padded(video_bytes(24), 'x'), Sniffed::video},
      {"mov", padded("\0\0\0\x08wide\0\0\0\0mdat"s, '\0'), Sniffed::video},
      {"mp4 with moov first", padded("\0\0\1\0moov\0\0\0\x6cmvhd"s, '\0'), Sniffed::video},
      {"matroska", padded("\x1a\x45\xdf\xa3\x01"s, '\0'), Sniffed::video},
      {"avi", padded("RIFF\0\0\1\0AVI LIST"s, '\0'), Sniffed::video},
      {"transport stream", transport, Sniffed::video},
      {"program stream", padded("\0\0\1\xba\x44"s, '\0'), Sniffed::video},
      {"flv", padded("FLV\1\5"s, '\0'), Sniffed::video},
      {"asf", padded("\x30\x26\xb2\x75\x8e\x66\xcf\x11"s, '\0'), Sniffed::video},
      {"noise", padded("\1\2\3\4"s, '\0'), Sniffed::unknown},
      {"text", padded("just some text ", 'a'), Sniffed::not_video},
      {"chinese text", "这是一段文字", Sniffed::not_video},
      {"html", padded("<!DOCTYPE html>", ' '), Sniffed::not_video},
      {"hls playlist", "#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", Sniffed::not_video},
      {"hls playlist behind blanks", " \n#EXTM3U\n", Sniffed::not_video},
      {"hls playlist with a mark", "\xef\xbb\xbf#EXTM3U\n", Sniffed::not_video},
      {"ffconcat", "ffconcat version 1.0\nfile /etc/passwd\n", Sniffed::not_video},
      {"dash manifest", "<?xml version=\"1.0\"?><MPD/>", Sniffed::not_video},
      {"zip", padded("PK\3\4"s, '\0'), Sniffed::not_video},
      {"png", padded("\x89PNG\r\n\x1a\n"s, '\0'), Sniffed::not_video},
      {"jpeg", padded("\xff\xd8\xff\xe0"s, '\0'), Sniffed::not_video},
      {"heic",
       padded("\0\0\0\x18"
              "ftypheic\0\0\0\0"s,
              '\0'),
       Sniffed::not_video},
      {"webp", padded("RIFF\0\0\1\0WEBPVP8 "s, '\0'), Sniffed::not_video},
      {"wav", padded("RIFF\0\0\1\0WAVEfmt "s, '\0'), Sniffed::not_video},
      {"pdf", padded("%PDF-1.7\n%\xe2\xe3"s, '\0'), Sniffed::not_video},
      {"mp3", padded("ID3\4"s, '\0'), Sniffed::not_video},
      {"program",
       padded("\x7f"
              "ELF\2"s,
              '\0'),
       Sniffed::not_video},
  };
  for (const auto& row : rows) EXPECT_EQ(sniff(row.head, true), row.expected) << row.name;
  EXPECT_EQ(sniff("some text", false), Sniffed::unknown);  // More may come.
  EXPECT_EQ(sniff("", true), Sniffed::not_video);
}

TEST(VideoSniff, ReadsTheDeclaration) {
  const std::vector<std::tuple<std::string, std::string, bool>> rows = {
      {"video/mp4", "a.mp4", true},
      {"", "a.mkv", true},
      {"", "", true},
      {"VIDEO/QuickTime", "a.MOV", true},
      {"application/octet-stream", "x", true},
      {"application/mp4", "a", true},
      {"text/html", "a.mp4", false},
      {"audio/mpeg", "a.mp4", false},
      {"image/png", "", false},
      {"video/mp4", "a.txt", false},
      {"application/vnd.apple.mpegurl", "", false},
      {"", "list.M3U8", false},
      {"videos", "a.mp4", false},
  };
  for (const auto& [type, name, is_fine] : rows) {
    EXPECT_EQ(check_declared_type(type, name).has_value(), is_fine) << type << ' ' << name;
  }
}

TEST_F(UploadLimitsTest, TextIsRefusedInTheRequestThatBringsIt) {
  const std::string text(20'000, 'a');
  const auto path = create_upload(text.size());

  const auto refused = patch(path, 0, text);

  EXPECT_EQ(refused.status, 415);
  EXPECT_EQ(code_of(refused), "not_a_video");
  EXPECT_EQ(head(path).status, 404);
  EXPECT_TRUE(blob_names().empty());
  EXPECT_EQ(quota_used(), 0U);
}

TEST_F(UploadLimitsTest, ShortTextIsRefusedWhenItIsWhole) {
  const auto path = create_upload(8);
  EXPECT_EQ(patch(path, 0, "abcd").status, 204);  // Might become anything.
  EXPECT_EQ(patch(path, 4, "efgh").status, 415);
  EXPECT_EQ(create({{"Upload-Length", "7"}}, "#EXTM3U").status, 415);
  EXPECT_TRUE(blob_names().empty());
  EXPECT_EQ(json_of(send(request(Method::get, std::string(kUploads))))["items"].size(), 0U);
}

TEST_F(UploadLimitsTest, TextInSmallPiecesIsRefusedAtFourKilobytes) {
  const auto path = create_upload(20'000);
  EXPECT_EQ(patch(path, 0, std::string(3'000, 'a')).status, 204);
  EXPECT_EQ(patch(path, 3'000, std::string(3'000, 'a')).status, 415);
}

TEST(TusHeaders, WriteHttpDates) {
  EXPECT_EQ(to_http_date(Timestamp{Milliseconds{784111777'000}}), "Sun, 06 Nov 1994 08:49:37 GMT");
}

}  // namespace
}  // namespace weike::uploads
