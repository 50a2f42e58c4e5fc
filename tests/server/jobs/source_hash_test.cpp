// What an upload brought gets its name, its SHA-256, before it is probed.
#include "server/jobs/source_hash.hpp"

#include "api/http/digest.hpp"
#include "tests/server/jobs/jobs_fixture.hpp"

#include <fcntl.h>

#include <future>

namespace weike::server {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

std::string sha256_of(const std::string& bytes) { return http::to_hex(http::sha256(bytes)); }

// Bytes that do not repeat with the pieces they are read in.
std::string noise(std::size_t size) {
  std::string bytes;
  bytes.reserve(size);
  std::uint32_t seed = 7;
  while (bytes.size() < size) {
    seed = seed * 1664525 + 1013904223;
    bytes.push_back(static_cast<char>(seed >> 24));
  }
  return bytes;
}

class SourceHash : public ::testing::Test {
 protected:
  std::shared_ptr<const storage::OpenFile> file_of(const std::string& bytes) {
    const auto name = "uploads/" + UploadId::make_random().text();
    EXPECT_TRUE(blobs.put(name, std::as_bytes(std::span(bytes))));
    return blobs.open(name).value();
  }

  storage::MemoryBlobStore blobs;
  media::TaskControl control;
};

TEST_F(SourceHash, IsThatOfTheStandard) {
  // FIPS 180-4: SHA-256("abc").
  EXPECT_EQ(hash_source(*file_of("abc"), control).value(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_F(SourceHash, IsThatOfAllBytesHoweverManyPieces) {
  constexpr auto kPiece = kHashedPieceBytes;
  for (const auto size : {std::size_t{0}, std::size_t{1}, kPiece - 1, kPiece, kPiece + 1,
                          2 * kPiece, 3 * kPiece + 7}) {
    const auto bytes = noise(size);

    EXPECT_EQ(hash_source(*file_of(bytes), control).value(), sha256_of(bytes)) << size;
  }
}

TEST_F(SourceHash, EndsWhenItIsToldTo) {
  control.stop = true;
  control.is_paused = true;

  const auto hash = hash_source(*file_of("abc"), control);

  ASSERT_FALSE(hash);
  EXPECT_EQ(hash.error().code, ErrorCode::unavailable);
  EXPECT_EQ(hash.error().reason, "cancelled");
}

TEST_F(SourceHash, GoesOnAfterAPause) {
  control.is_paused = true;
  auto hash = std::async(std::launch::async, [&, file = file_of("abc")] {
    return hash_source(*file, control).value();
  });

  control.is_paused = false;

  EXPECT_EQ(hash.get(), sha256_of("abc"));
}

TEST_F(SourceHash, FailsWhereTheSourceCannotBeRead) {
  const storage::OpenFile no_reader(::open("/dev/null", O_WRONLY | O_CLOEXEC), 10);
  const storage::OpenFile shorter(::open("/dev/null", O_RDONLY | O_CLOEXEC), 10);

  for (const auto* file : {&no_reader, &shorter}) {
    const auto hash = hash_source(*file, control);

    ASSERT_FALSE(hash);
    EXPECT_EQ(hash.error().code, ErrorCode::internal);
    EXPECT_THAT(hash.error().message, ::testing::StartsWith("the source: "));
  }
}

class UploadedSource : public JobsFixture {
 protected:
  void SetUp() override { asset = create_uploaded(kVideo); }

  // The assets that are found by the hash of `bytes`, and by no hash.
  std::vector<AssetId> found_by(const std::string& sha256) {
    std::vector<AssetId> found;
    EXPECT_TRUE(store.read([&](storage::Transaction& transaction) -> Result<> {
      const auto range = storage::keys::assets_with_source(sha256);
      for (const auto& entry : transaction.scan(range, 100).value()) {
        found.push_back(storage::keys::trailing_id<AssetId>(entry.key).value());
      }
      return {};
    }));
    return found;
  }

  const std::string kVideo = noise(kHashedPieceBytes + 10);
};

TEST_F(UploadedSource, IsHashedBeforeItIsProbed) {
  std::vector<std::string> known;
  worker.set_accident([&](const media::Task& task, const std::string& file) -> Result<> {
    const auto* probe = std::get_if<media::ProbeTask>(&task);
    if (probe != nullptr && file.empty()) known = {probe->source_sha256, find().source_sha256};
    return {};
  });
  EXPECT_EQ(find().source_sha256, "");
  EXPECT_THAT(found_by(""), IsEmpty());

  work();

  EXPECT_THAT(known, ElementsAre(sha256_of(kVideo), sha256_of(kVideo)));
  EXPECT_EQ(find().state, AssetState::ready);
  EXPECT_EQ(find().source_sha256, sha256_of(kVideo));
  EXPECT_THAT(found_by(sha256_of(kVideo)), ElementsAre(asset));
  EXPECT_THAT(found_by(""), IsEmpty());
}

TEST_F(UploadedSource, IsHashedAgainAfterAStopOnTheWay) {
  {
    auto lease = queue.lease();
    AssetJob job(workshop, **lease, asset);
    const auto unit = job.take_unit();
    job.stop();
    job.run(*unit);
  }
  EXPECT_EQ(find().source_sha256, "");
  EXPECT_THAT(worker.tasks(), IsEmpty());
  EXPECT_THAT(found_by(""), IsEmpty());

  ASSERT_EQ(*queue.release_all(), 1U);
  work();

  EXPECT_EQ(find().state, AssetState::ready);
  EXPECT_EQ(find().attempts, 0U) << "a restart is no failed try";
  EXPECT_EQ(find().source_sha256, sha256_of(kVideo));
}

TEST_F(UploadedSource, KeepsItsHashWhenTheServerIsKilledBeforeTheProbe) {
  {
    auto lease = queue.lease();
    AssetJob job(workshop, **lease, asset);
    worker.set_accident([&](const media::Task&, const std::string&) -> Result<> {
      job.stop();  // As a kill leaves it: no settling.
      return Error{ErrorCode::unavailable, "the server is killed", "cancelled"};
    });
    job.run(*job.take_unit());
  }
  worker.set_accident({});
  EXPECT_EQ(find().source_sha256, sha256_of(kVideo));

  ASSERT_EQ(*queue.release_all(), 1U);
  work();

  EXPECT_EQ(find().state, AssetState::ready);
  EXPECT_THAT(found_by(sha256_of(kVideo)), ElementsAre(asset));
}

TEST_F(UploadedSource, WithAHashIsNotHashedAgain) {
  asset = create_asset("5a", owner, kRootUnit, kVideo);  // As earlier servers hashed it.
  work();
  work();

  EXPECT_EQ(find().state, AssetState::ready);
  EXPECT_EQ(find().source_sha256, "5a");
}

TEST_F(UploadedSource, ErasedWhileItIsHashedLeavesNothing) {
  struct Eraser final : JobObserver {
    explicit Eraser(std::function<void()> body) : erase(std::move(body)) {}
    void on_begin(Milliseconds) override { erase(); }
    std::function<void()> erase;
  };
  Eraser eraser([this] { EXPECT_TRUE(assets.remove(owner_viewer(), asset)); });
  PipelineOptions options;
  options.observer = &eraser;
  Workshop watched{store, blobs, queue, assets, bus, worker, clock, options};
  {
    auto lease = queue.lease();
    AssetJob job(watched, **lease, asset);
    while (const auto unit = job.take_unit()) job.run(*unit);
    EXPECT_TRUE(job.is_lost());
  }
  assets.sweep();

  EXPECT_THAT(found_by(sha256_of(kVideo)), IsEmpty());
  EXPECT_THAT(worker.tasks(), IsEmpty());
  EXPECT_THAT(blobs.list("uploads/", 10).value(), IsEmpty());
}

TEST_F(UploadedSource, OfEqualBytesIsNotTranscodedAgain) {
  work();
  const auto second = create_uploaded(kVideo);
  work();
  EXPECT_THAT(log, Contains("segments_reused"));
  EXPECT_THAT(found_by(sha256_of(kVideo)), ::testing::UnorderedElementsAre(asset, second));
  log.clear();

  const auto third = create_uploaded(kVideo + "x");
  work();

  EXPECT_EQ(find(third).state, AssetState::ready);
  EXPECT_THAT(log, Not(Contains("segments_reused")));
}

}  // namespace
}  // namespace weike::server
