#include "server/jobs/forecast.hpp"

#include "storage/records/keys.hpp"
#include "storage/records/record.hpp"

#include <algorithm>
#include <cmath>

namespace weike::server {
namespace {

constexpr std::string_view kSetting = "forecast";
// One core of the machine that docs/performance.md was measured on.
constexpr double kWorkPerCoreSecond = 60e6;
// 1080p in four rungs from 12 Mbit/s.
constexpr double kWorkPerByte = 85;
constexpr double kWorkPerLesson = 30e9;  // Four minutes of it.
constexpr double kHalfLifeSeconds = 300;
constexpr double kHalfLifeBytes = 2e9;
constexpr double kHalfLifeLessons = 10;
// Starting a child, pictures and the end: what a lesson costs besides its segments.
constexpr Milliseconds kFixed{1500};

bool is_waiting(AssetState state) {
  return state == AssetState::queued || state == AssetState::probing ||
         state == AssetState::transcoding;
}

}  // namespace

Forecast::Forecast(storage::KvStore& store, const Clock& clock, JobObserver& observer,
                   std::size_t workers)
    : store_(store),
      clock_(clock),
      observer_(observer),
      work_per_second_(kWorkPerCoreSecond * static_cast<double>(std::max<std::size_t>(1, workers)),
                       10, kHalfLifeSeconds),
      work_per_byte_(kWorkPerByte, 100e6, kHalfLifeBytes),
      work_per_lesson_(kWorkPerLesson, 1, kHalfLifeLessons) {}

void Forecast::begin(const Asset& asset, double work) {
  const std::scoped_lock lock(mutex_);
  work_per_byte_.add(work, static_cast<double>(asset.source_bytes));
  work_per_lesson_.add(work, 1);
  auto& lesson = lessons_[asset.id];
  lesson.left = {asset.unit, work};
  lesson.began_at = clock_.now();
  lesson.forecast = time_for(work_until_done(lesson.left, others(asset.id)));
}

void Forecast::set_work_left(const Asset& asset, double work) {
  const std::scoped_lock lock(mutex_);
  lessons_[asset.id].left = {asset.unit, work};
}

void Forecast::finish(AssetId asset) {
  {
    const std::scoped_lock lock(mutex_);
    const auto found = lessons_.find(asset);
    if (found == lessons_.end()) return;
    if (found->second.began_at) {
      const auto real = std::max(Milliseconds{1}, clock_.now() - *found->second.began_at);
      const auto error = std::abs(static_cast<double>((found->second.forecast - real).count()));
      observer_.on_forecast_error(error / static_cast<double>(real.count()));
    }
    lessons_.erase(found);
  }
  save();
}

void Forecast::forget(AssetId asset) {
  const std::scoped_lock lock(mutex_);
  lessons_.erase(asset);
}

void Forecast::start_piece() {
  const std::scoped_lock lock(mutex_);
  if (pieces_++ == 0) busy_since_ = clock_.now();
}

// The time in which anything at all was made, against all that was made in it: so the speed is that
// of the machine, however many pieces it makes at once.
void Forecast::end_piece(double work) {
  const std::scoped_lock lock(mutex_);
  const auto now = clock_.now();
  const auto busy = std::max(Milliseconds{1}, now - busy_since_);
  work_per_second_.add(work, static_cast<double>(busy.count()) / 1000);
  busy_since_ = now;
  --pieces_;
}

std::optional<Milliseconds> Forecast::until_ready(const Asset& asset,
                                                  std::optional<std::size_t> queue_place) const {
  if (!is_waiting(asset.state)) return std::nullopt;
  const std::scoped_lock lock(mutex_);
  const auto found = lessons_.find(asset.id);
  if (found == lessons_.end()) return queued_time(asset, queue_place.value_or(0));
  return time_for(work_until_done(found->second.left, others(asset.id)));
}

std::vector<OpenWork> Forecast::others(AssetId asset) const {
  std::vector<OpenWork> open;
  for (const auto& [id, lesson] : lessons_) {
    if (id != asset) open.push_back(lesson.left);
  }
  return open;
}

Milliseconds Forecast::time_for(double work) const {
  const double seconds = work / work_per_second_.rate();
  return kFixed + Milliseconds{std::llround(std::min(seconds, 1e7) * 1000)};
}

Milliseconds Forecast::queued_time(const Asset& asset, std::size_t place) const {
  const double own = work_per_byte_.rate() * static_cast<double>(asset.source_bytes);
  const double queued = work_per_lesson_.rate() * static_cast<double>(place);
  return time_for(queued + work_until_done({asset.unit, own}, others(asset.id)));
}

void Forecast::load() {
  const std::scoped_lock lock(mutex_);
  [[maybe_unused]] const auto read = store_.read([&](storage::Transaction& transaction) {
    const auto known = storage::load<nlohmann::json>(transaction, storage::keys::setting(kSetting));
    if (!known) return Result<>(known.error());
    if (!*known || !(*known)->is_object()) return Result<>{};
    work_per_second_.restore((*known)->value("work_per_second", nlohmann::json{}));
    work_per_byte_.restore((*known)->value("work_per_byte", nlohmann::json{}));
    work_per_lesson_.restore((*known)->value("work_per_lesson", nlohmann::json{}));
    return Result<>{};
  });
}

void Forecast::save() const {
  nlohmann::json record;
  {
    const std::scoped_lock lock(mutex_);
    record = {{"version", 1},
              {"work_per_second", work_per_second_.to_record()},
              {"work_per_byte", work_per_byte_.to_record()},
              {"work_per_lesson", work_per_lesson_.to_record()}};
  }
  // What cannot be written now is learnt again.
  [[maybe_unused]] const auto written = store_.transact([&](storage::Transaction& transaction) {
    return storage::save(transaction, storage::keys::setting(kSetting), record);
  });
}

}  // namespace weike::server
