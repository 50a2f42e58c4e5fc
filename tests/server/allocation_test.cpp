#include "api/pages/page_routes.hpp"
#include "server/app/server_observer.hpp"
#include "server/net/engine.hpp"
#include "tests/api/playback/planned_media.hpp"
#include "tests/media/packaged_clip.hpp"
#include "tests/server/allocation_count.hpp"
#include "tests/server/raw_client.hpp"

#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

namespace weike::server {
namespace {

namespace fs = std::filesystem;

// What serves in the program, and a watch on the threads of the hot lane.
class WatchingObserver final : public Observer {
 public:
  WatchingObserver(const Log& log, Metrics& metrics, AccessLog* access_log)
      : inner_(log, metrics, access_log) {}

  void on_reply(const ReplyRecord& record) override {
    if (record.lane == Lane::hot) {
      watch_this_thread();
      ++hot;
    }
    inner_.on_reply(record);
  }
  void on_failure(std::string_view id, std::string_view what) override {
    inner_.on_failure(id, what);
  }
  void on_event(NetEvent event, std::uint64_t amount) override { inner_.on_event(event, amount); }
  void on_notice(std::string_view what) override { inner_.on_notice(what); }

  std::atomic<int> hot = 0;

 private:
  ServerObserver inner_;
};

// The routes, gate, log and metrics of the server on a real socket; stores in memory.
class HotLaneAllocations : public PlannedMedia {
 protected:
  HotLaneAllocations()
      : folder_(fs::temp_directory_path() / ("weike-hot-" + std::to_string(::getpid()))) {
    fs::create_directories(folder_ / "h5/assets");
    std::ofstream(folder_ / "h5/assets/index-1.js") << std::string(20'000, 'j');
    site_ = std::make_unique<pages::StaticSite>(folder_);
    pages::add_routes(router, *site_);
    access_log_.start();
    NetOptions options;
    options.port = 0;
    options.io_threads = 1;
    options.pool_threads = 2;
    engine_ = Engine::open(options, router, session_gate, observer_).value();
    engine_->start();
  }
  ~HotLaneAllocations() override {
    engine_->stop();
    access_log_.stop();
    fs::remove_all(folder_);
  }

  // A live lesson of everyone's, whose first segments are as large as real ones.
  std::string signed_folder() {
    const auto asset = make_asset(author);
    for (const auto& [name, size] : {std::pair{"v360/0.m4s", 100'000}, {"v720/0.m4s", 3'000'000}}) {
      const auto blob = assets::blob_name(asset, name);
      const std::string bytes(static_cast<std::size_t>(size), 's');
      EXPECT_TRUE(blobs.erase(blob));
      EXPECT_TRUE(blobs.put(blob, std::as_bytes(std::span(bytes.data(), bytes.size()))));
    }
    auto body = lesson_body(asset);
    body["audience"] = "public";
    const auto json = json_of(get("/api/v1/lessons/" + create_live(body) + "/playback"));
    const std::string url = json.value("hls_url", "");
    return url.substr(0, url.rfind('/') + 1);
  }

  // A finished film of a few segments, as a file of its own.
  std::string signed_film() {
    const auto& clip = media::test::PackagedClip::shared();
    const auto names = clip.renditions();
    const auto asset = store_asset(clip.plan(), AssetState::ready, {names.begin(), names.end()});
    const auto put = [&](const std::string& name) {
      const auto bytes = clip.file(name);
      put_blob(asset, name, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    };
    for (const auto& rendition : names) {
      put(rendition + "/init.mp4");
      for (std::size_t i = 0; i < clip.plan().segments.size(); ++i)
        put(rendition + "/" + std::to_string(i) + ".m4s");
    }
    return url(asset, clip.plan().video.front().name + ".mp4");
  }

  static std::string request(const std::string& path, const std::string& fields = "",
                             const std::string& method = "GET") {
    return method + " " + path + " HTTP/1.1\r\nHost: weike\r\n" + fields + "\r\n";
  }

  // Sends `text` on each connection and reads all replies; how many there were of that status.
  static int round(std::vector<RawClient>& clients, const std::string& text, int status,
                   bool is_head) {
    int count = 0;
    for (auto& client : clients) client.send(text);
    for (auto& client : clients) {
      const auto reply = client.read_reply(is_head);
      if (reply && reply->status == status) ++count;
    }
    return count;
  }

  // Nothing may be taken from the heap once all is warm.
  void expect_none(const std::string& text, int status, std::size_t connections = 8,
                   int rounds = 50) {
    const bool is_head = text.starts_with("HEAD");
    std::vector<RawClient> clients;
    for (std::size_t i = 0; i < connections; ++i) clients.emplace_back(engine_->port(), 65'536);
    for (int i = 0; i < 20; ++i) round(clients, text, status, is_head);
    const int before = observer_.hot;

    start_counting();
    int answered = 0;
    for (int i = 0; i < rounds; ++i) answered += round(clients, text, status, is_head);
    const auto count = stop_counting();

    const int expected = rounds * static_cast<int>(connections);
    EXPECT_EQ(answered, expected) << text;
    EXPECT_EQ(observer_.hot - before, expected) << text << "left the hot lane";
    EXPECT_EQ(count, 0U) << text;
  }

 private:
  const fs::path folder_;
  const Log log_ = Log::open({LogLevel::info, "/dev/null"}).value();
  Metrics metrics_;
  AccessLog access_log_{log_, {}};
  WatchingObserver observer_{log_, metrics_, &access_log_};
  std::unique_ptr<pages::StaticSite> site_;
  std::unique_ptr<Engine> engine_;
};

TEST_F(HotLaneAllocations, FeedPagesTakeNone) {
  if (!can_count()) GTEST_SKIP() << "a sanitizer has the heap";
  signed_folder();
  const std::string etag = "If-None-Match: " + header(get("/api/v1/feed"), "ETag") + "\r\n";
  const std::string token = "Authorization: Bearer " + member.token + "\r\n";

  expect_none(request("/api/v1/feed"), 200);
  expect_none(request("/api/v1/feed?limit=10&channel=micro-lessons"), 200);
  expect_none(request("/api/v1/feed", token), 200);
  expect_none(request("/api/v1/feed", "Cookie: a=b; weike_session=" + member.token + "\r\n"), 200);
  expect_none(request("/api/v1/feed", "Accept-Encoding: gzip, deflate, br\r\n"), 200);
  expect_none(request("/api/v1/feed", "Accept-Encoding: gzip;q=0.5\r\n"), 200);
  expect_none(request("/api/v1/feed", etag), 304);
  expect_none(request("/api/v1/feed", "", "HEAD"), 200);
}

TEST_F(HotLaneAllocations, SegmentsAndPlaylistsTakeNone) {
  if (!can_count()) GTEST_SKIP() << "a sanitizer has the heap";
  const auto media = signed_folder();
  const std::string etag = "If-None-Match: " + header(get(media + "v360/0.m4s"), "ETag") + "\r\n";

  expect_none(request(media + "v360/0.m4s"), 200);
  expect_none(request(media + "v360/1.m4s"), 200);
  expect_none(request(media + "v360/0.m4s", "Range: bytes=1000-50999\r\n"), 206);
  expect_none(request(media + "v360/0.m4s", "Range: bytes=100000-\r\n"), 416);
  expect_none(request(media + "v360/0.m4s", etag), 304);
  expect_none(request(media + "v360/index.m3u8"), 200);
  expect_none(request(media + "master.m3u8", "Accept-Encoding: br\r\n"), 200);
  expect_none(request(media + "poster.jpg", "", "HEAD"), 200);
}

// The socket is full in the middle of each: the rest waits for the client.
TEST_F(HotLaneAllocations, LargeSegmentsToSlowReadersTakeNone) {
  if (!can_count()) GTEST_SKIP() << "a sanitizer has the heap";
  const auto media = signed_folder();

  expect_none(request(media + "v720/0.m4s"), 200, 4, 10);
}

// From the head in memory and several segments.
TEST_F(HotLaneAllocations, RangesOfAWholeFilmTakeNone) {
  if (!can_count()) GTEST_SKIP() << "a sanitizer has the heap";
  const auto film = signed_film();
  const auto etag = header(get(film), "ETag");

  // How many wait for their client at once is chance.
  expect_none(request(film), 200, 1);
  expect_none(request(film, "Range: bytes=100-\r\n"), 206, 1);
  expect_none(request(film, "Range: bytes=-1000\r\nIf-Range: " + etag + "\r\n"), 206);
  expect_none(request(film, "If-None-Match: " + etag + "\r\n"), 304);
  expect_none(request(film, "Range: bytes=100-\r\n", "HEAD"), 200);
}

TEST_F(HotLaneAllocations, PagesTakeNone) {
  if (!can_count()) GTEST_SKIP() << "a sanitizer has the heap";

  expect_none(request("/assets/index-1.js"), 200);
  expect_none(request("/assets/index-1.js", "Accept-Encoding: br, gzip\r\n"), 200);
}

TEST(AllocationCount, SeesEveryKindOfAllocationOnWatchedThreads) {
  if (!can_count()) GTEST_SKIP() << "a sanitizer has the heap";
  watch_this_thread();

  start_counting();
  std::string text(1000, 'x');
  auto shared = std::make_shared<const std::string>(std::move(text));

  EXPECT_GE(stop_counting(), 2U);
  EXPECT_NE(shared, nullptr);
}

}  // namespace
}  // namespace weike::server
