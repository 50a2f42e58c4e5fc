#include "tests/api/uploads/uploads_fixture.hpp"

#include <gmock/gmock.h>

namespace weike::uploads {
namespace {

using ::testing::HasSubstr;

using TusTest = UploadsTest;

TEST_F(TusTest, OptionsTellTheAbilities) {
  for (const auto& path : {std::string(kUploads), std::string(kUploads) + "/1"}) {
    const auto response = send(request(Method::options, path));
    EXPECT_EQ(response.status, 204);
    EXPECT_EQ(response.headers.get("Tus-Version"), "1.0.0");
    EXPECT_EQ(response.headers.get("Tus-Max-Size"), std::to_string(4 << 20));
    EXPECT_EQ(response.headers.get("Tus-Checksum-Algorithm"), "sha1,sha256");
    EXPECT_EQ(response.headers.get("Tus-Extension"),
              "creation,creation-with-upload,creation-defer-length,checksum,expiration,"
              "termination");
    EXPECT_EQ(response.headers.get("Access-Control-Allow-Origin"), std::nullopt);
  }
}

TEST_F(TusTest, AWholeFileInTwoChunksBecomesAnAsset) {
  const auto video = video_bytes(300'000);
  const auto created = create({{"Upload-Length", "300000"},
                               {"Upload-Metadata", "filename " + http::to_base64("C:\\微课.mp4") +
                                                       ",filetype dmlkZW8vbXA0"}});
  ASSERT_EQ(created.status, 201);
  const std::string path(*created.headers.get("Location"));
  EXPECT_TRUE(path.starts_with("/api/v1/uploads/"));
  EXPECT_EQ(created.headers.get("Upload-Expires"), "Fri, 17 Nov 2023 22:13:20 GMT");

  const auto first = patch(path, 0, std::string_view(video).substr(0, 100'000));
  EXPECT_EQ(first.status, 204);
  EXPECT_EQ(first.headers.get("Upload-Offset"), "100000");
  EXPECT_TRUE(first.headers.get("Upload-Expires"));

  const auto between = head(path);
  EXPECT_EQ(between.status, 200);
  EXPECT_EQ(between.headers.get("Upload-Offset"), "100000");
  EXPECT_EQ(between.headers.get("Upload-Length"), "300000");
  EXPECT_EQ(between.headers.get("Cache-Control"), "no-store");
  EXPECT_EQ(between.headers.get("Tus-Resumable"), "1.0.0");
  EXPECT_THAT(std::string(*between.headers.get("Upload-Metadata")), HasSubstr("filename "));
  EXPECT_EQ(show(path)["state"], "receiving");
  EXPECT_EQ(show(path)["asset_id"], nullptr);

  const auto last = patch(path, 100'000, std::string_view(video).substr(100'000));
  EXPECT_EQ(last.status, 204);
  EXPECT_EQ(last.headers.get("Upload-Offset"), "300000");

  const auto asset = asset_of(path);
  EXPECT_EQ(asset.source_sha256, "") << "its job hashes it";
  EXPECT_EQ(asset.source_bytes, video.size());
  EXPECT_EQ(asset.file_name, "微课.mp4");
  EXPECT_TRUE(viewer.is(asset.owner));
  EXPECT_EQ(active_blobs->read(asset.source_blob, 1 << 20).value(), video);
  EXPECT_TRUE(queue.lease().value());
  EXPECT_EQ(show(path)["state"], "complete");
  EXPECT_EQ(offset_of(path), "300000");
}

TEST_F(TusTest, CreationWithUpload) {
  const auto video = video_bytes(200'000);

  const auto part = create({{"Upload-Length", "200000"}}, std::string_view(video).substr(0, 5000));
  ASSERT_EQ(part.status, 201);
  EXPECT_EQ(part.headers.get("Upload-Offset"), "5000");
  const auto whole = create({{"Upload-Length", "200000"}}, video);
  ASSERT_EQ(whole.status, 201);
  EXPECT_EQ(show(std::string(*whole.headers.get("Location")))["state"], "complete");
}

TEST_F(TusTest, CutCreationKeepsWhatCame) {
  const auto video = video_bytes(200'000);

  const auto cut = create({{"Upload-Length", "200000"}}, std::string_view(video).substr(0, 70'000),
                          BodyEnd::cut);

  EXPECT_EQ(cut.status, 423);
  const auto mine = json_of(send(request(Method::get, std::string(kUploads))));
  ASSERT_EQ(mine["items"].size(), 1U);
  EXPECT_EQ(mine["items"][0]["offset_bytes"], 70'000);
}

TEST_F(TusTest, DeferredLength) {
  const auto video = video_bytes(150'000);
  const auto created = create({{"Upload-Defer-Length", "1"}});
  ASSERT_EQ(created.status, 201);
  const std::string path(*created.headers.get("Location"));
  EXPECT_EQ(head(path).headers.get("Upload-Defer-Length"), "1");
  EXPECT_EQ(head(path).headers.get("Upload-Length"), std::nullopt);
  EXPECT_EQ(show(path)["size_bytes"], nullptr);

  EXPECT_EQ(patch(path, 0, std::string_view(video).substr(0, 100'000)).status, 204);
  EXPECT_EQ(patch(path, 100'000, "", BodyEnd::complete, {{"Upload-Length", "99999"}}).status, 400);
  EXPECT_EQ(patch(path, 100'000, std::string_view(video).substr(100'000), BodyEnd::complete,
                  {{"Upload-Length", "150000"}})
                .status,
            204);

  EXPECT_EQ(source_of(path), video);
  EXPECT_EQ(quota_used(), 150'000U);
}

TEST_F(TusTest, DeferredLengthMayComeWithoutBytes) {
  const auto video = video_bytes(5'000);
  const std::string path(*create({{"Upload-Defer-Length", "1"}}, video).headers.get("Location"));
  EXPECT_EQ(show(path)["state"], "receiving");

  EXPECT_EQ(patch(path, 5'000, "", BodyEnd::complete, {{"Upload-Length", "5000"}}).status, 204);

  EXPECT_EQ(show(path)["state"], "complete");
}

TEST_F(TusTest, ChecksumsGuardAChunk) {
  const auto video = video_bytes(100'000);
  const auto path = create_upload(video.size());
  const auto chunk = std::string_view(video).substr(0, 80'000);
  const auto right = "sha256 " + http::to_base64(http::sha256(chunk));
  const auto wrong = "sha256 " + http::to_base64(http::sha256("something else"));

  const auto refused = patch(path, 0, chunk, BodyEnd::complete, {{"Upload-Checksum", wrong}});
  EXPECT_EQ(refused.status, 460);
  EXPECT_EQ(offset_of(path), "0");

  EXPECT_EQ(patch(path, 0, chunk, BodyEnd::cut, {{"Upload-Checksum", right}}).status, 423);
  EXPECT_EQ(offset_of(path), "0");

  EXPECT_EQ(patch(path, 0, chunk, BodyEnd::complete, {{"Upload-Checksum", right}}).status, 204);
  EXPECT_EQ(offset_of(path), "80000");

  EXPECT_EQ(patch(path, 80'000, std::string_view(video).substr(80'000)).status, 204);
  EXPECT_EQ(source_of(path), video);
}

TEST_F(TusTest, KnowsSha1) {
  // FIPS 180-4: SHA-1("abc").
  const auto path = create_upload(10);
  const auto sum = "sha1 qZk+NkcGgWq6PiVxeFDCbJzQ2J0=";
  EXPECT_EQ(patch(path, 0, "abd", BodyEnd::complete, {{"Upload-Checksum", sum}}).status, 460);
  EXPECT_EQ(patch(path, 0, "abc", BodyEnd::complete, {{"Upload-Checksum", sum}}).status, 204);
}

TEST_F(TusTest, TerminationFreesEverything) {
  const auto path = create_upload(100'000);
  EXPECT_EQ(patch(path, 0, video_bytes(50'000)).status, 204);
  ASSERT_EQ(blob_names().size(), 1U);
  EXPECT_EQ(quota_used(), 100'000U);

  const auto gone = send(request(Method::del, path));

  EXPECT_EQ(gone.status, 204);
  EXPECT_EQ(gone.headers.get("Tus-Resumable"), "1.0.0");
  EXPECT_EQ(head(path).status, 404);
  EXPECT_EQ(patch(path, 50'000, "x").status, 404);
  EXPECT_EQ(send(request(Method::del, path)).status, 404);
  EXPECT_TRUE(blob_names().empty());
  EXPECT_EQ(quota_used(), 0U);
}

TEST_F(TusTest, TerminatingAFinishedUploadLeavesItsAsset) {
  const auto video = video_bytes(5'000);
  const auto path = create_upload(video.size());
  EXPECT_EQ(patch(path, 0, video).status, 204);
  const auto asset = asset_of(path);

  EXPECT_EQ(send(request(Method::del, path)).status, 204);

  EXPECT_EQ(active_blobs->read(asset.source_blob, 1 << 20).value(), video);
  EXPECT_EQ(quota_used(), 5'000U);
}

TEST_F(TusTest, ErasingTheAssetFreesTheQuota) {
  const auto video = video_bytes(5'000);
  const auto path = create_upload(video.size());
  EXPECT_EQ(patch(path, 0, video).status, 204);

  ASSERT_TRUE(assets->remove(viewer, asset_of(path).id));
  assets->sweep();

  EXPECT_EQ(quota_used(), 0U);
  EXPECT_TRUE(blob_names().empty());
}

TEST_F(TusTest, MoreBytesThanDeclaredAreRefusedAsTheyCome) {
  const auto path = create_upload(20'000);
  const auto response = patch(path, 0, video_bytes(40'000));
  EXPECT_EQ(response.status, 413);
  EXPECT_EQ(offset_of(path), "16384");  // The piece that crossed the line is not taken.
}

TEST_F(TusTest, AFinishedUploadTakesNothingMore) {
  const auto video = video_bytes(5'000);
  const auto path = create_upload(video.size());
  EXPECT_EQ(patch(path, 0, video).status, 204);
  EXPECT_EQ(code_of(patch(path, 5'000, "x")), "upload_finished");
  EXPECT_EQ(code_of(patch(path, 0, "x")), "offset_mismatch");
}

TEST_F(TusTest, UploadsOfOthersDoNotExist) {
  const auto path = create_upload(10'000);
  viewer = other;
  EXPECT_EQ(head(path).status, 404);
  EXPECT_EQ(patch(path, 0, "abc").status, 404);
  EXPECT_EQ(send(request(Method::del, path)).status, 404);
  EXPECT_EQ(send(request(Method::get, path)).status, 404);
  EXPECT_EQ(json_of(send(request(Method::get, std::string(kUploads))))["items"].size(), 0U);
  for (const auto* id : {"00000000000000000000000000000000", "x", "..", ""}) {
    EXPECT_EQ(head(std::string(kUploads) + "/" + id).status, 404) << id;
  }
}

TEST_F(TusTest, OnlyPublishersCreate) {
  viewer.grants = {{Role::member, kRootUnit}, {Role::reviewer, kRootUnit}};
  EXPECT_EQ(create({{"Upload-Length", "5"}}).status, 403);
  viewer.grants = {{Role::administrator, kRootUnit}};
  EXPECT_EQ(create({{"Upload-Length", "5"}}).status, 201);
}

}  // namespace
}  // namespace weike::uploads
