#include "server/jobs/forecast.hpp"
#include "tests/server/jobs/jobs_fixture.hpp"

namespace weike::server {
namespace {

using ::testing::Contains;
using ::testing::Not;

// What becomes of the notes that children make of their segments.
class VerdictTest : public JobsFixture {
 protected:
  VerdictTest() : JobsFixture(7) {
    worker.set_notes([this](const std::string& rendition, const media::Segment& segment) {
      return notes_of(rendition, segment);
    });
  }

  // 14 s of picture black in its third second, sound of -16 LUFS; `damaged` frames in each segment.
  media::Observation notes_of(const std::string& rendition, const media::Segment& segment) {
    media::Observation observation;
    if (rendition == "v360") {
      auto& seen = observation.picture.emplace();
      seen.frames = segment.frame_count;
      seen.damaged_frames = damaged;
      seen.decoded_until_ms = (segment.first_frame + segment.frame_count) * 1000 / 30;
      if (segment.number == 0) seen.black = {{1'800, 2'000}};
      if (segment.number == 1) seen.black = {{2'000, 3'000}};
    } else if (rendition == "a128") {
      auto& heard = observation.sound.emplace();
      heard.true_peak_db = -1.5;
      heard.energies.assign(static_cast<std::size_t>(segment.frame_count / 3), 0.02945F);
    }
    return observation;
  }

  std::size_t stored_notes(AssetId of) {
    std::size_t count = 0;
    EXPECT_TRUE(store.read([&](storage::Transaction& transaction) -> Result<> {
      count = transaction.scan(storage::keys::observations_of(of), 1000)->size();
      return {};
    }));
    return count;
  }

  std::int64_t damaged = 0;
};

TEST_F(VerdictTest, SecondPartComesWithTheLastNote) {
  std::vector<Asset> seen;
  worker.set_accident([&](const media::Task&, const std::string&) -> Result<> {
    seen.push_back(find());
    return {};
  });

  work();

  for (const auto& state : seen) {
    if (!state.has_plan) continue;
    EXPECT_EQ(state.verdict.at("content").is_object(), state.is_publishable);
  }
  const auto content = find().verdict.at("content");
  EXPECT_EQ(content.at("frames"), 780);
  EXPECT_EQ(content.at("duration_ms"), 26'000);
  EXPECT_EQ(content.at("black"), nlohmann::json::parse(R"([{"from_ms":1800,"to_ms":3000}])"));
  EXPECT_EQ(content.at("sound").at("loudness_lufs"), -16.0);
  EXPECT_EQ(content.at("sound").at("true_peak_dbtp"), -1.5);
  EXPECT_EQ(stored_notes(asset), 14U) << "of 360p and the sound, not of 720p";
}

TEST_F(VerdictTest, NoteIsDurableBeforeItsSegment) {
  worker.set_accident([&](const media::Task&, const std::string& file) -> Result<> {
    for (const auto& finished : files()) {
      const auto name = SegmentName::parse(finished);
      if (!name || name->rendition == "v720") continue;
      EXPECT_TRUE(store.read([&](storage::Transaction& transaction) -> Result<> {
        const auto key = storage::keys::observation(asset, name->rendition, name->number);
        EXPECT_TRUE(*transaction.get(key)) << finished << " lies there without notes";
        return {};
      })) << file;
    }
    return {};
  });

  work();

  EXPECT_EQ(find().state, AssetState::ready);
}

TEST_F(VerdictTest, NotesOfAnEarlierRunCount) {
  worker.set_accident([](const media::Task&, const std::string& file) -> Result<> {
    if (file == "v360/4.m4s") return Error{ErrorCode::internal, "signal 9", "child_crashed"};
    return {};
  });
  work();
  ASSERT_EQ(find().state, AssetState::queued);
  EXPECT_TRUE(find().verdict.at("content").is_null());
  worker.set_accident({});
  clock.advance(std::chrono::seconds{10});

  work();

  EXPECT_EQ(find().verdict.at("content").at("frames"), 780);
  EXPECT_THAT(worker.made(), ::testing::Each(::testing::Pair(::testing::_, 1)));
}

TEST_F(VerdictTest, LessonWithoutNotesHasNoSecondPart) {
  worker.set_notes({});

  work();

  EXPECT_EQ(find().state, AssetState::ready);
  EXPECT_TRUE(find().verdict.at("content").is_null());
}

TEST_F(VerdictTest, BearableDamageIsNoted) {
  damaged = 5;  // 35 of 780 frames.

  work();

  EXPECT_EQ(find().state, AssetState::ready);
  EXPECT_EQ(find().verdict.at("content").at("damaged_frames"), 35);
}

TEST_F(VerdictTest, TooMuchDamageRejectsAsSoonAsItIsCertain) {
  damaged = 8;  // 40 of 780 frames, more than one in twenty, with the fifth segment.

  work();

  const auto rejected = find();
  EXPECT_EQ(rejected.state, AssetState::rejected);
  EXPECT_EQ(rejected.cause->code, "damaged");
  EXPECT_FALSE(rejected.is_playable);
  EXPECT_FALSE(rejected.is_publishable);
  EXPECT_THAT(files(), Contains("v360/3.m4s"));
  EXPECT_THAT(files(), Not(Contains("v360/4.m4s")));
  EXPECT_EQ(*queue.depth(), 0U);
}

TEST_F(VerdictTest, RejectionStopsTheLinksWithTheSameCommit) {
  damaged = 40;
  std::optional<std::uint32_t> told;
  auto options = workshop.options;
  options.stop_links = [&](AssetId id, std::uint32_t epoch) {
    EXPECT_EQ(id, asset);
    EXPECT_EQ(find().epoch, epoch) << "the record says so before the gate does";
    told = epoch;
  };
  Workshop shop{store, blobs, queue, assets, bus, worker, clock, options};
  const auto epoch_before = find().epoch;

  const auto lease = queue.lease();
  AssetJob job(shop, **lease, asset);
  while (const auto unit = job.take_unit()) job.run(*unit);

  EXPECT_EQ(find().state, AssetState::rejected);
  EXPECT_EQ(told, epoch_before + 1);
}

TEST_F(VerdictTest, FailureOfOursKeepsTheLinks) {
  worker.set_accident([](const media::Task&, const std::string& file) -> Result<> {
    if (file == "v720/4.m4s") return Error{ErrorCode::internal, "signal 11", "child_crashed"};
    return {};
  });

  for (int attempt = 0; attempt < 3; ++attempt) {
    work();
    clock.advance(std::chrono::seconds{10});
  }

  EXPECT_EQ(find().state, AssetState::failed);
  EXPECT_EQ(find().epoch, 0U);
  EXPECT_TRUE(find().is_playable);
}

TEST_F(VerdictTest, OwnerHearsTheForecastAndItsErrorIsMeasured) {
  struct Watcher final : JobObserver {
    void on_begin(Milliseconds time) override { waited = time; }
    void on_segment(std::uint64_t) override { ++segments; }
    void on_forecast_error(double ratio) override { error = ratio; }
    std::optional<Milliseconds> waited;
    int segments = 0;
    std::optional<double> error;
  };
  Watcher watcher;
  Forecast forecast(store, clock, watcher, 2);
  auto options = workshop.options;
  options.forecast = &forecast;
  options.observer = &watcher;
  Workshop shop{store, blobs, queue, assets, bus, worker, clock, options};
  const auto listener = bus.subscribe(owner_viewer(), std::nullopt, "s");
  std::string news;
  worker.set_accident([&](const media::Task&, const std::string& file) -> Result<> {
    if (!file.empty()) clock.advance(std::chrono::seconds{1});
    news += *listener->take();
    return {};
  });
  clock.advance(std::chrono::seconds{7});

  const auto lease = queue.lease();
  {
    AssetJob job(shop, **lease, asset);
    while (const auto unit = job.take_unit()) job.run(*unit);
  }

  EXPECT_EQ(find().state, AssetState::ready);
  EXPECT_EQ(watcher.waited, std::chrono::seconds{7});
  EXPECT_EQ(watcher.segments, 21);
  ASSERT_TRUE(watcher.error);
  EXPECT_GT(*watcher.error, 0.5) << "it was told to expect a real machine";
  EXPECT_THAT(news, ::testing::ContainsRegex("\"forecast_ms\":[0-9]+"));
  EXPECT_FALSE(forecast.until_ready(find()));
}

}  // namespace
}  // namespace weike::server
