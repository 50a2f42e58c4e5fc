#include "server/jobs/observation_log.hpp"

#include "storage/records/keys.hpp"
#include "storage/records/record.hpp"

namespace weike::server {
namespace {

namespace keys = storage::keys;

}  // namespace

Result<> ObservationLog::open(const media::Plan& plan) {
  Observations picture;
  Observations sound;
  if (auto done = read(picture_rendition(plan), picture); !done) return done;
  if (!plan.audio.empty()) {
    if (auto done = read(sound_rendition(plan), sound); !done) return done;
  }
  const std::scoped_lock lock(mutex_);
  plan_ = plan;
  picture_ = std::move(picture);
  sound_ = std::move(sound);
  return check_damage();
}

Result<> ObservationLog::read(const std::string& rendition, Observations& into) {
  constexpr std::size_t kBatch = 500;
  storage::KeyRange range{keys::observation(asset_, rendition, 0),
                          keys::observation(asset_, rendition, UINT64_MAX)};
  std::size_t found = kBatch;
  while (found == kBatch) {
    const auto body = [&](storage::Transaction& transaction) -> Result<> {
      const auto entries = transaction.scan(range, kBatch);
      if (!entries) return entries.error();
      found = entries->size();
      for (const auto& entry : *entries) {
        auto noted = storage::load<media::Observation>(transaction, entry.key);
        if (!noted) return noted.error();
        const std::string_view number = std::string_view(entry.key).substr(entry.key.size() - 8);
        if (*noted) into[static_cast<std::uint32_t>(keys::from_big_endian(number))] = **noted;
      }
      if (!entries->empty()) range.begin = entries->back().key + '\0';
      return {};
    };
    if (auto done = store_.read(body); !done) return done;
  }
  return {};
}

Result<> ObservationLog::add(const std::string& rendition, std::uint32_t number,
                             const media::Observation& observation,
                             const storage::TransactionBody& guard) {
  bool is_picture = false;
  bool is_sound = false;
  {
    const std::scoped_lock lock(mutex_);
    is_picture = observation.picture && rendition == picture_rendition(plan_);
    is_sound = observation.sound && rendition == sound_rendition(plan_);
  }
  if (!is_picture && !is_sound) return {};
  const auto written = store_.transact([&](storage::Transaction& transaction) -> Result<> {
    if (auto may = guard(transaction); !may) return may;
    return storage::save(transaction, keys::observation(asset_, rendition, number), observation);
  });
  if (!written) return written;
  const std::scoped_lock lock(mutex_);
  (is_picture ? picture_ : sound_)[number] = observation;
  return check_damage();
}

std::optional<ContentSheet> ObservationLog::sheet() const {
  const std::scoped_lock lock(mutex_);
  return fold_content(plan_, picture_, sound_);
}

std::int64_t ObservationLog::damaged_frames() const {
  const std::scoped_lock lock(mutex_);
  return count_damaged();
}

std::int64_t ObservationLog::count_damaged() const {
  std::int64_t damaged = 0;
  for (const auto& [number, observation] : picture_) {
    if (observation.picture) damaged += observation.picture->damaged_frames;
  }
  return damaged;
}

Result<> ObservationLog::check_damage() const {
  const auto damaged = count_damaged();
  if (!is_too_damaged(damaged, plan_)) return {};
  return Error{ErrorCode::corrupt,
               std::to_string(damaged) + " of " + std::to_string(plan_.frame_count) +
                   " frames cannot be decoded",
               "damaged"};
}

}  // namespace weike::server
