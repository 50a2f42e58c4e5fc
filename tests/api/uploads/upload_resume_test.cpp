#include "storage/blob/file_blob_store.hpp"
#include "storage/records/keys.hpp"
#include "storage/records/record.hpp"
#include "tests/api/uploads/uploads_fixture.hpp"

#include <filesystem>
#include <future>
#include <random>
#include <thread>

namespace weike::uploads {
namespace {

using namespace std::chrono_literals;

class UploadResumeTest : public UploadsTest {
 protected:
  UploadResumeTest() : UploadsTest(patient()) {}
  static UploadOptions patient() {
    auto options = small_options();
    options.lock_patience = 5s;
    return options;
  }
};

// A PATCH that is under way on its own thread and lets go when it is asked to.
class SlowPatch {
 public:
  SlowPatch(std::unique_ptr<http::BodySink> sink, std::string bytes) : sink_(std::move(sink)) {
    sink_->attach([this] { asked_.set_value(); });
    EXPECT_TRUE(sink_->write(bytes_of(bytes)));
    thread_ = std::thread([this] {
      asked_.get_future().wait();
      response_ = sink_->finish(BodyEnd::interrupted);
      sink_.reset();
    });
  }
  Response wait() {
    thread_.join();
    return response_;
  }

 private:
  std::unique_ptr<http::BodySink> sink_;
  std::promise<void> asked_;
  std::thread thread_;
  Response response_;
};

TEST_F(UploadResumeTest, ContentSurvivesRandomCutsAndRestarts) {
  const auto folder =
      std::filesystem::path(::testing::TempDir()) / ("uploads" + AssetId::make_random().text());
  auto files = storage::FileBlobStore::open_at(folder).value();
  options_.disk_reserve_bytes = 0;
  std::mt19937 random(20261122);
  for (int round = 0; round < 40; ++round) {
    start(files.get());
    const auto video = video_bytes(1 + random() % 400'000, static_cast<std::uint32_t>(round));
    auto path = create_upload(video.size());
    std::size_t sent = 0;
    while (sent < video.size()) {
      const auto count = std::min<std::size_t>(video.size() - sent, 1 + random() % 150'000);
      const auto end = random() % 3 == 0 ? BodyEnd::complete : BodyEnd::cut;
      patch(path, sent, std::string_view(video).substr(sent, count), end);
      sent += count;
      if (random() % 2 == 0) start();
      ASSERT_EQ(offset_of(path), std::to_string(sent));
    }
    ASSERT_EQ(source_of(path), video) << round;
  }
  service.reset();
  assets.reset();
  std::filesystem::remove_all(folder);
}

TEST_F(UploadResumeTest, AKilledProcessLosesOnlyWhatWasNotAcknowledged) {
  const auto video = video_bytes(400'000);
  const auto path = create_upload(video.size());
  auto sent = patch_request(path, 0);
  auto answer = open(sent);
  auto* sink = std::get<std::unique_ptr<http::BodySink>>(answer).release();
  sink->attach([] {});
  for (std::size_t at = 0; at < 200'000; at += 10'000) {
    ASSERT_TRUE(sink->write(bytes_of(std::string_view(video).substr(at, 10'000))));
  }

  auto* dead_service = service.release();  // Nobody finishes anything.
  start();

  const auto offset = std::stoul(offset_of(path));
  EXPECT_GE(offset, 200'000 - options_.checkpoint_bytes - 10'000);
  EXPECT_LE(offset, 200'000U);
  EXPECT_EQ(patch(path, offset, std::string_view(video).substr(offset)).status, 204);
  EXPECT_EQ(source_of(path), video);
  delete sink;
  delete dead_service;
}

TEST_F(UploadResumeTest, ASlowRequestIsRecordedNowAndThen) {
  const auto path = create_upload(400'000);
  auto sent = patch_request(path, 0);
  auto answer = open(sent);
  auto& sink = *std::get<std::unique_ptr<http::BodySink>>(answer);
  sink.attach([] {});
  ASSERT_TRUE(sink.write(bytes_of(video_bytes(5'000))));
  EXPECT_EQ(show(path)["offset_bytes"], 0);
  clock.advance(2s);
  ASSERT_TRUE(sink.write(bytes_of("0123456789")));
  EXPECT_EQ(show(path)["offset_bytes"], 5'010);
  EXPECT_EQ(sink.finish(BodyEnd::cut).status, 423);
}

TEST_F(UploadResumeTest, TheNewcomerTakesOver) {
  const auto video = video_bytes(100'000);
  const auto path = create_upload(video.size());
  auto sent = patch_request(path, 0);
  auto answer = open(sent);
  SlowPatch dying(std::move(std::get<std::unique_ptr<http::BodySink>>(answer)),
                  video.substr(0, 30'000));

  EXPECT_EQ(offset_of(path), "30000");

  EXPECT_EQ(dying.wait().status, 423);
  EXPECT_EQ(patch(path, 30'000, std::string_view(video).substr(30'000)).status, 204);
  EXPECT_EQ(source_of(path), video);
}

TEST_F(UploadResumeTest, TwoWritersNeverMixBytes) {
  const auto video = video_bytes(100'000);
  const auto path = create_upload(video.size());
  auto sent = patch_request(path, 0);
  auto answer = open(sent);
  SlowPatch first(std::move(std::get<std::unique_ptr<http::BodySink>>(answer)),
                  video.substr(0, 30'000));

  const auto second = patch(path, 0, std::string(50'000, 'x'));

  EXPECT_EQ(first.wait().status, 423);
  EXPECT_EQ(second.status, 409);
  EXPECT_EQ(offset_of(path), "30000");
}

TEST_F(UploadResumeTest, AHolderThatDoesNotLetGoKeepsItsPlace) {
  options_.lock_patience = 50ms;
  start();
  const auto path = create_upload(100'000);
  auto sent = patch_request(path, 0);
  auto answer = open(sent);
  auto& holder = *std::get<std::unique_ptr<http::BodySink>>(answer);
  int asked = 0;
  holder.attach([&] { ++asked; });
  ASSERT_TRUE(holder.write(bytes_of(video_bytes(10'000))));

  EXPECT_EQ(head(path).status, 423);
  EXPECT_EQ(patch(path, 0, "x").status, 423);
  EXPECT_EQ(send(request(Method::del, path)).status, 423);

  EXPECT_EQ(asked, 1);
  EXPECT_EQ(holder.finish(BodyEnd::complete).status, 204);
  EXPECT_EQ(offset_of(path), "10000");
}

TEST_F(UploadResumeTest, WithoutAPlaceToWaitTheNextTryTakesOver) {
  options_.max_waiting_requests = 0;
  start();
  const auto video = video_bytes(100'000);
  const auto path = create_upload(video.size());
  auto sent = patch_request(path, 0);
  auto answer = open(sent);
  SlowPatch dying(std::move(std::get<std::unique_ptr<http::BodySink>>(answer)),
                  video.substr(0, 30'000));

  const auto refused = head(path);

  EXPECT_EQ(refused.status, 423);
  EXPECT_EQ(dying.wait().status, 423);
  EXPECT_EQ(offset_of(path), "30000");
}

TEST_F(UploadResumeTest, ManyClientsAtOnceLeaveOneContent) {
  const auto video = video_bytes(200'000);
  const auto path = create_upload(video.size());
  std::vector<std::thread> clients;
  for (int c = 0; c < 4; ++c) {
    clients.emplace_back([&] {
      for (int i = 0; i < 200; ++i) {
        const auto answer = head(path);
        if (answer.status != 200) continue;
        const auto offset = std::stoul(std::string(*answer.headers.get("Upload-Offset")));
        if (offset == video.size()) return;
        patch(path, offset, std::string_view(video).substr(offset, 20'000));
      }
    });
  }
  for (auto& client : clients) client.join();
  EXPECT_EQ(source_of(path), video);
}

TEST_F(UploadResumeTest, ADeadClientsLastBytesFinishTheUpload) {
  const auto video = video_bytes(50'000);
  const auto path = create_upload(video.size());

  patch(path, 0, video, BodyEnd::cut);

  EXPECT_EQ(show(path)["state"], "complete");
}

// What a crash leaves between the last byte's record and the end of the upload.
class UnendedUploadTest : public UploadResumeTest {
 protected:
  UnendedUploadTest() : video(video_bytes(5'000)) {
    path = *create({{"Upload-Defer-Length", "1"}}, video).headers.get("Location");
    const auto id = UploadId::parse(path.substr(path.rfind('/') + 1)).value();
    EXPECT_TRUE(store.transact([&](storage::Transaction& transaction) -> Result<> {
      auto upload = storage::load<Upload>(transaction, storage::keys::upload(id)).value().value();
      upload.size_bytes = video.size();
      return storage::save(transaction, storage::keys::upload(id), upload);
    }));
    start();
  }
  std::string video;
  std::string path;
};

TEST_F(UnendedUploadTest, EndsWhenItsClientAsks) {
  EXPECT_EQ(show(path)["state"], "receiving");
  EXPECT_EQ(offset_of(path), "5000");
  EXPECT_EQ(source_of(path), video);
}

TEST_F(UnendedUploadTest, EndsInTheSweepWhenNobodyAsks) {
  clock.advance(73h);
  ASSERT_TRUE(service->sweep());
  EXPECT_EQ(source_of(path), video);
}

TEST_F(UploadResumeTest, UploadThatAnEarlierServerBeganGoesOn) {
  const auto video = video_bytes(5'000);
  const auto path = create_upload(video.size());
  EXPECT_EQ(patch(path, 0, std::string_view(video).substr(0, 3'000)).status, 204);
  const auto key = storage::keys::upload(UploadId::parse(path.substr(path.rfind('/') + 1)).value());
  ASSERT_TRUE(store.transact([&](storage::Transaction& transaction) -> Result<> {
    auto record = nlohmann::json::parse(transaction.get(key).value().value());
    record["hash_state"] = "AQ";  // Where its hash over the first bytes stood.
    return transaction.put(key, record.dump());
  }));

  EXPECT_EQ(patch(path, 3'000, std::string_view(video).substr(3'000)).status, 204);

  EXPECT_EQ(source_of(path), video);
}

}  // namespace
}  // namespace weike::uploads
