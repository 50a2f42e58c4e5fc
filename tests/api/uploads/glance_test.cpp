#include "api/uploads/index_in_front.hpp"
#include "tests/api/uploads/uploads_fixture.hpp"

namespace weike::uploads {
namespace {

using namespace std::string_literals;

std::string box(const std::string& type, std::uint32_t size) {
  std::string head;
  for (int shift = 24; shift >= 0; shift -= 8) head.push_back(static_cast<char>(size >> shift));
  return head + type;
}

std::string filled(std::string head, std::size_t size) {
  head.resize(size, '\0');
  return head;
}

TEST(IndexInFront, IsSeenWhenAllOfItHasCome) {
  const auto head = filled(filled(box("ftyp", 24), 24) + box("moov", 5'000), 4096);

  EXPECT_TRUE(is_index_in_front(head, 5'024));
  EXPECT_FALSE(is_index_in_front(head, 5'023)) << "a byte of it is missing";
}

TEST(IndexInFront, IsNotBehindTheMedia) {
  EXPECT_FALSE(is_index_in_front(
      filled(filled(box("ftyp", 24), 24) + filled(box("mdat", 32), 32) + box("moov", 100), 4096),
      1 << 20));
  EXPECT_FALSE(is_index_in_front(filled(box("moof", 100), 4096), 1 << 20)) << "fragments";
}

TEST(IndexInFront, IsNotFooledByHostileSizes) {
  const auto huge = "\0\0\0\x01moov\xff\xff\xff\xff\xff\xff\xff\xff"s;
  EXPECT_FALSE(is_index_in_front(filled(huge, 4096), 1 << 20));
  for (const std::uint32_t size : {0U, 1U, 2U, 7U, 0xffffffffU}) {
    SCOPED_TRACE(size);
    EXPECT_FALSE(is_index_in_front(filled(box("free", size), 4096), 1 << 20));
    EXPECT_FALSE(is_index_in_front(filled(box("moov", size), 4096), 1 << 20));
  }
  for (std::size_t length = 0; length < 40; ++length) {
    EXPECT_FALSE(is_index_in_front(filled(box("ftyp", 24), length), 1 << 20)) << length;
  }
  EXPECT_TRUE(is_index_in_front(filled(filled("\0\0\0\x01"
                                              "free\0\0\0\0\0\0\0\x20"s,
                                              32) +
                                           box("moov", 100),
                                       4096),
                                1 << 20));
}

// A glance is asked for once the index has come; the test answers it.
class GlanceTest : public UploadsTest {
 protected:
  GlanceTest() : UploadsTest(small_options()) {
    service->on_index_in_front([this](UploadId id, const std::string& blob_name) {
      asked.push_back(id);
      blob = blob_name;
    });
    bytes = filled(filled(box("ftyp", 24), 24) + box("moov", 2'000), kSize);
  }
  // An upload of which the first `count` bytes are there.
  std::string begin(std::size_t count) {
    const auto path = create_upload(kSize);
    EXPECT_EQ(patch(path, 0, std::string_view(bytes).substr(0, count)).status, 204);
    return path;
  }
  UploadId id_of(const std::string& path) {
    return *UploadId::parse(path.substr(path.size() - 32));
  }
  void answer(const std::string& path, const Glance& glance) {
    EXPECT_TRUE(service->take_glance(id_of(path), glance));
  }

  static constexpr std::size_t kSize = 3 << 20;
  std::string bytes;
  std::vector<UploadId> asked;
  std::string blob;
};

TEST_F(GlanceTest, IsAskedForOnceTheIndexHasCome) {
  const auto path = begin(kGlanceBytes / 2);
  EXPECT_TRUE(asked.empty()) << "too little to look at";
  EXPECT_TRUE(show(path)["glance"].is_null());

  patch(path, kGlanceBytes / 2, std::string_view(bytes).substr(0, kGlanceBytes / 2));

  ASSERT_FALSE(asked.empty());
  EXPECT_EQ(asked.front(), id_of(path));
  EXPECT_EQ(blob, "uploads/" + id_of(path).text());
}

TEST_F(GlanceTest, IsNotAskedForWhenTheMediaComeFirst) {
  bytes = filled(filled(box("ftyp", 24), 24) + box("mdat", 1 << 30), kSize);

  begin(2 << 20);

  EXPECT_TRUE(asked.empty());
}

TEST_F(GlanceTest, ShowsItsSheetAndGoesOn) {
  const auto path = begin(kGlanceBytes);
  const auto times = asked.size();
  answer(path, {{{"duration_ms", 60'000}}, {}});

  EXPECT_EQ(show(path)["glance"]["sheet"]["duration_ms"], 60'000);
  EXPECT_TRUE(show(path)["glance"]["cause"].is_null());
  const auto rest = std::string_view(bytes).substr(kGlanceBytes);
  EXPECT_EQ(patch(path, kGlanceBytes, rest).status, 204);
  EXPECT_EQ(asked.size(), times) << "one look is enough";
  EXPECT_EQ(show(path)["state"], "complete");
}

TEST_F(GlanceTest, EndsAnUploadThatCannotBeUsed) {
  const auto path = begin(kGlanceBytes);
  answer(path, {nullptr, "too_long"});

  const auto refused = patch(path, kGlanceBytes, "more");
  EXPECT_EQ(refused.status, 422);
  const auto problem = json_of(refused);
  EXPECT_EQ(problem["code"], "too_long");
  EXPECT_EQ(problem["title"], "视频太长");
  EXPECT_EQ(head(path).status, 422) << "also when it is asked where to go on";
  EXPECT_EQ(show(path)["state"], "expired");
  EXPECT_EQ(show(path)["glance"]["cause"]["code"], "too_long");
  EXPECT_EQ(quota_used(), 0U);

  clock.advance(std::chrono::seconds{1});
  ASSERT_TRUE(service->sweep());
  EXPECT_TRUE(blob_names().empty()) << "the sweep frees the bytes";
  EXPECT_EQ(show(path)["glance"]["cause"]["code"], "too_long") << "and the cause stays";
}

TEST_F(GlanceTest, EndsARequestThatIsStillSending) {
  const auto path = begin(kGlanceBytes);
  service->on_index_in_front([](UploadId, const std::string&) {});
  auto request = patch_request(path, kGlanceBytes);
  auto stream = open(request);
  auto& sink = *std::get<std::unique_ptr<http::BodySink>>(stream);
  sink.attach([] {});
  answer(path, {nullptr, "no_video"});

  const std::string piece(options_.checkpoint_bytes, '\0');
  EXPECT_FALSE(sink.write(bytes_of(piece))) << "the next checkpoint ends it";
  const auto response = sink.finish(BodyEnd::interrupted);
  EXPECT_EQ(response.status, 422);
  EXPECT_EQ(json_of(response)["code"], "no_video");
  EXPECT_EQ(show(path)["state"], "expired");
}

TEST_F(GlanceTest, ComesTooLateForACompleteUpload) {
  const auto path = begin(kSize);

  EXPECT_FALSE(service->take_glance(id_of(path), {nullptr, "too_long"}));
  EXPECT_EQ(head(path).status, 200);
}

}  // namespace
}  // namespace weike::uploads
