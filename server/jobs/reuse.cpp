#include "server/jobs/reuse.hpp"

#include "media/images/image_files.hpp"
#include "server/jobs/segment_entry.hpp"
#include "storage/records/keys.hpp"

#include <algorithm>
#include <functional>

namespace weike::server {
namespace {

namespace keys = storage::keys;

// Assets on one source that are looked at; more would hardly be of other plans.
constexpr std::size_t kMaxLookedAt = 20;
constexpr std::uint64_t kMaxPlanBytes = std::uint64_t{8} << 20;
constexpr std::size_t kBatch = 200;

using Entries = std::vector<storage::KeyValue>;

// Goes through a range in batches of one transaction each.
Result<> for_batches(storage::KvStore& store, storage::KeyRange range,
                     const std::function<Result<>(const Entries&)>& see) {
  std::size_t found = kBatch;
  while (found == kBatch) {
    Entries entries;
    auto read = store.read([&](storage::Transaction& transaction) -> Result<> {
      auto scanned = transaction.scan(range, kBatch);
      if (!scanned) return scanned.error();
      entries = std::move(*scanned);
      return {};
    });
    if (!read) return read;
    if (auto seen = see(entries); !seen) return seen;
    found = entries.size();
    if (!entries.empty()) range.begin = entries.back().key + '\0';
  }
  return {};
}

// "{rendition}\0{number}", the end of a segment's key.
std::optional<SegmentName> name_in(std::string_view tail) {
  constexpr std::size_t kNumberBytes = 8;
  if (tail.size() <= kNumberBytes + 1) return std::nullopt;
  const auto rendition = tail.substr(0, tail.size() - kNumberBytes - 1);
  const auto number = keys::from_big_endian(tail.substr(tail.size() - kNumberBytes));
  return SegmentName{std::string(rendition), static_cast<std::uint32_t>(number)};
}

// The other asset lacks the file, or this one has one of its own, of another build's making, and
// keeps it.
bool is_own_affair(const Error& error) {
  return error.code == ErrorCode::not_found || error.code == ErrorCode::conflict;
}

Result<> put_all(storage::KvStore& store, const Entries& entries,
                 const storage::TransactionBody& guard) {
  if (entries.empty()) return {};
  return store.transact([&](storage::Transaction& transaction) -> Result<> {
    if (auto may = guard(transaction); !may) return may;
    for (const auto& [key, value] : entries) {
      if (auto put = transaction.put(key, value); !put) return put;
    }
    return {};
  });
}

}  // namespace

Result<Reuse::Taken> Reuse::take_over(const Asset& asset, const media::Plan& plan,
                                      const storage::TransactionBody& guard) {
  const auto finished = find_finished(asset);
  if (!finished) return finished.error();
  for (const auto& other : *finished) {
    const auto hold = workshop_.assets.hold(other.id);  // Its bytes stay while they are linked.
    const auto is_same = has_same_plan(other, asset);
    if (!is_same) return is_same.error();
    if (!*is_same) continue;
    if (auto noted = copy_notes(other.id, asset.id, guard); !noted) return noted.error();
    const auto segments = link_segments(other.id, asset.id, guard);
    if (!segments) return segments.error();
    Taken taken{*segments, std::nullopt};
    const auto has_images = link_images(other.id, asset.id, plan);
    if (!has_images) return has_images.error();
    if (*has_images) taken.placeholders = other.placeholders;
    return taken;
  }
  return Taken{};
}

Result<std::vector<Asset>> Reuse::find_finished(const Asset& asset) {
  std::vector<Asset> finished;
  const auto read = workshop_.store.read([&](storage::Transaction& transaction) -> Result<> {
    const auto entries =
        transaction.scan(keys::assets_with_source(asset.source_sha256), kMaxLookedAt);
    if (!entries) return entries.error();
    for (const auto& entry : *entries) {
      const auto id = keys::trailing_id<AssetId>(entry.key);
      if (!id || *id == asset.id) continue;
      auto other = workshop_.assets.find(transaction, *id);
      if (!other) return other.error();
      if (other->state == AssetState::ready) finished.push_back(std::move(*other));
    }
    return {};
  });
  if (!read) return read.error();
  return finished;
}

// Byte for byte: a plan of another version or with other options makes other segments.
Result<bool> Reuse::has_same_plan(const Asset& one, const Asset& other) {
  const auto text_of = [this](const Asset& asset) {
    return workshop_.blobs.read(assets::blob_name(asset.id, "plan.json"), kMaxPlanBytes);
  };
  const auto first = text_of(one);
  if (!first && first.error().code == ErrorCode::not_found) return false;
  if (!first) return first.error();
  const auto second = text_of(other);
  if (!second) return second.error();
  return *first == *second;
}

// Before the segments, so that a finished one always has its notes.
Result<> Reuse::copy_notes(AssetId from, AssetId to, const storage::TransactionBody& guard) {
  const auto source = keys::observations_of(from);
  const auto target = keys::observations_of(to);
  return for_batches(workshop_.store, source, [&](const Entries& entries) {
    Entries copies = entries;
    for (auto& copy : copies) copy.key = target.begin + copy.key.substr(source.begin.size());
    return put_all(workshop_.store, copies, guard);
  });
}

Result<std::size_t> Reuse::link_segments(AssetId from, AssetId to,
                                         const storage::TransactionBody& guard) {
  const auto source = keys::segments_of(from);
  const auto target = keys::segments_of(to);
  std::size_t linked = 0;
  const auto done = for_batches(workshop_.store, source, [&](const Entries& entries) -> Result<> {
    Entries copies;
    for (const auto& [key, value] : entries) {
      const auto tail = key.substr(source.begin.size());
      const auto name = name_in(tail);
      if (!name) continue;
      const auto link = workshop_.blobs.link(assets::blob_name(from, name->file()),
                                             assets::blob_name(to, name->file()));
      if (!link && is_own_affair(link.error())) continue;
      if (!link) return link;
      copies.push_back({target.begin + tail, value});
    }
    linked += copies.size();
    return put_all(workshop_.store, copies, guard);
  });
  if (!done) return done.error();
  return linked;
}

Result<bool> Reuse::link_images(AssetId from, AssetId to, const media::Plan& plan) {
  for (const auto& file : media::image_files(plan)) {
    const auto link =
        workshop_.blobs.link(assets::blob_name(from, file), assets::blob_name(to, file));
    if (!link && is_own_affair(link.error())) return false;
    if (!link) return link.error();
  }
  return true;
}

}  // namespace weike::server
