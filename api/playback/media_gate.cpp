#include "api/playback/media_gate.hpp"

#include "model/json.hpp"
#include "storage/records/keys.hpp"
#include "storage/records/record.hpp"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <utility>
#include <vector>

namespace weike::playback {
namespace keys = storage::keys;

// An epoch only grows, and neither a rejected nor an absent asset ever comes back, so late answers
// of the store can not undo what `raise_epoch`, `reject` and `forget` said.
struct MediaGate::AssetEntry {
  std::atomic<std::uint32_t> epoch{0};
  std::atomic<bool> is_absent{false};
  std::atomic<bool> is_rejected{false};
  std::atomic<std::int64_t> checked_at_ms{0};

  void raise(std::uint32_t to) {
    auto known = epoch.load();
    while (known < to && !epoch.compare_exchange_weak(known, to)) {
    }
  }
};

struct MediaGate::ViewerEntry {
  std::atomic<bool> is_welcome{false};
  std::atomic<std::int64_t> checked_at_ms{0};
};

class MediaGate::LinkPass final : public http::Permit {
 public:
  LinkPass(const Clock& clock, AssetId id, const MediaToken& token,
           std::shared_ptr<const AssetEntry> asset, std::shared_ptr<const ViewerEntry> viewer)
      : clock_(clock),
        id_(id),
        id_text_(id.text()),
        token_(token),
        asset_(std::move(asset)),
        viewer_(std::move(viewer)) {}

  AssetId asset() const { return id_; }
  std::string_view asset_text() const { return id_text_; }
  const MediaToken& token() const { return token_; }
  // When the older of the two answers it stands on was given.
  std::int64_t checked_at_ms() const {
    const auto asset = asset_->checked_at_ms.load();
    return viewer_ ? std::min(asset, viewer_->checked_at_ms.load()) : asset;
  }
  void note_use() {
    if (!is_used_.load(std::memory_order_relaxed)) is_used_ = true;
  }
  bool was_used() { return is_used_.exchange(false); }

  bool holds() const override {
    if (asset_->is_absent || asset_->is_rejected || asset_->epoch != token_.epoch) return false;
    if (viewer_ && !viewer_->is_welcome) return false;
    return clock_.now() < token_.expires_at;
  }

 private:
  const Clock& clock_;
  const AssetId id_;
  const std::string id_text_;
  const MediaToken token_;
  const std::shared_ptr<const AssetEntry> asset_;
  const std::shared_ptr<const ViewerEntry> viewer_;  // Null for a link that everyone may use.
  std::atomic<bool> is_used_{true};                  // Since the last refresh.
};

std::size_t MediaGate::TagHash::operator()(const ViewerTag& tag) const noexcept {
  std::size_t hash = 0;
  std::memcpy(&hash, tag.data(), std::min(sizeof hash, tag.size()));
  return hash;
}

MediaGate::MediaGate(storage::KvStore& store, const Clock& clock, MediaGateOptions options)
    : store_(store), clock_(clock), options_(options) {}

MediaGate::~MediaGate() = default;

std::optional<MediaGate::Admission> MediaGate::admit_from_memory(std::string_view asset,
                                                                 std::string_view token) const {
  std::shared_ptr<LinkPass> pass;
  {
    const std::shared_lock lock(mutex_);
    const auto found = passes_.find(token);
    if (found == passes_.end() || found->second->asset_text() != asset) return std::nullopt;
    pass = found->second;
  }
  if (!is_fresh(pass->checked_at_ms()) || !pass->holds()) return std::nullopt;
  pass->note_use();
  return Admission{pass->asset(), pass->token(), std::move(pass)};
}

Result<MediaGate::Pass> MediaGate::admit(AssetId asset, std::string_view token,
                                         const MediaToken& content) {
  const Error expired{ErrorCode::forbidden, "the media link has expired", "link_expired"};
  if (clock_.now() >= content.expires_at) return expired;

  auto entry = remember_asset(asset);
  if (!is_fresh(entry->checked_at_ms)) {
    if (auto checked = check_asset(asset, *entry); !checked) return checked.error();
  }
  if (entry->is_absent) return Error{ErrorCode::not_found, "no such asset"};
  if (entry->is_rejected) return Error{ErrorCode::gone, "the asset was rejected", "asset_rejected"};
  if (entry->epoch != content.epoch) return why_superseded(asset);

  std::shared_ptr<ViewerEntry> viewer;
  if (!content.is_shared()) {
    viewer = remember_viewer(content.viewer);
    if (!is_fresh(viewer->checked_at_ms)) {
      if (auto checked = check_viewer(content.viewer, *viewer); !checked) return checked.error();
    }
    if (!viewer->is_welcome) return expired;
  }
  return keep(token, std::make_shared<LinkPass>(clock_, asset, content, std::move(entry),
                                                std::move(viewer)));
}

void MediaGate::raise_epoch(AssetId asset, std::uint32_t epoch) {
  if (const auto entry = known_asset(asset)) entry->raise(epoch);
}

void MediaGate::forget(AssetId asset) {
  if (const auto entry = known_asset(asset)) entry->is_absent = true;
}

void MediaGate::reject(AssetId asset) {
  if (const auto entry = known_asset(asset)) entry->is_rejected = true;
}

void MediaGate::end_viewer(AccountId account) {
  Viewer viewer;
  viewer.account = account;
  const auto entry = known_viewer(tag_of(viewer));
  if (!entry) return;
  entry->is_welcome = false;
  entry->checked_at_ms = 0;
}

void MediaGate::refresh() {
  std::vector<std::pair<AssetId, std::shared_ptr<AssetEntry>>> assets;
  std::vector<std::pair<ViewerTag, std::shared_ptr<ViewerEntry>>> viewers;
  {
    // What no transfer holds and nobody asked for lately goes; the next request reads it anew.
    const std::unique_lock lock(mutex_);
    forget_idle_links();
    const auto is_idle = [&](const auto& item) {
      return item.second.use_count() == 1 && !is_fresh(item.second->checked_at_ms);
    };
    std::erase_if(assets_, is_idle);
    std::erase_if(viewers_, is_idle);
    for (const auto& item : assets_) {
      if (item.second.use_count() > 1) assets.push_back(item);
    }
    for (const auto& item : viewers_) {
      if (item.second.use_count() > 1) viewers.push_back(item);
    }
  }
  // A store that can not answer leaves the entries stale: new requests are then refused by `admit`.
  for (const auto& [id, entry] : assets) {
    if (!check_asset(id, *entry)) return;
  }
  for (const auto& [tag, entry] : viewers) {
    if (!check_viewer(tag, *entry)) return;
  }
}

bool MediaGate::is_fresh(std::int64_t checked_at_ms) const {
  return checked_at_ms != 0 &&
         to_epoch_ms(clock_.now()) - checked_at_ms < options_.staleness.count();
}

std::shared_ptr<MediaGate::AssetEntry> MediaGate::known_asset(AssetId asset) const {
  const std::shared_lock lock(mutex_);
  const auto found = assets_.find(asset);
  return found == assets_.end() ? nullptr : found->second;
}

std::shared_ptr<MediaGate::ViewerEntry> MediaGate::known_viewer(const ViewerTag& tag) const {
  const std::shared_lock lock(mutex_);
  const auto found = viewers_.find(tag);
  return found == viewers_.end() ? nullptr : found->second;
}

namespace {

// Makes room by dropping what no transfer holds.
template <class Map>
auto remember(Map& map, const typename Map::key_type& key, std::size_t capacity) {
  if (map.size() >= capacity && !map.contains(key))
    std::erase_if(map, [](const auto& item) { return item.second.use_count() == 1; });
  auto& entry = map[key];
  if (!entry) entry = std::make_shared<typename Map::mapped_type::element_type>();
  return entry;
}

}  // namespace

std::shared_ptr<MediaGate::AssetEntry> MediaGate::remember_asset(AssetId asset) {
  if (auto known = known_asset(asset)) return known;
  const std::unique_lock lock(mutex_);
  return remember(assets_, asset, options_.known_assets);
}

std::shared_ptr<MediaGate::ViewerEntry> MediaGate::remember_viewer(const ViewerTag& tag) {
  if (auto known = known_viewer(tag)) return known;
  const std::unique_lock lock(mutex_);
  return remember(viewers_, tag, options_.known_viewers);
}

MediaGate::Pass MediaGate::keep(std::string_view token, std::shared_ptr<LinkPass> pass) {
  const std::unique_lock lock(mutex_);
  if (passes_.size() >= options_.known_links) forget_idle_links();
  // The entries of a pass stay in their maps while it is known: a known one is of these entries.
  if (const auto found = passes_.find(token); found != passes_.end()) return found->second;
  if (passes_.size() < options_.known_links) passes_.emplace(token, pass);
  return pass;
}

void MediaGate::forget_idle_links() {
  std::erase_if(passes_, [](const auto& item) {
    return item.second.use_count() == 1 && !item.second->was_used();
  });
}

Result<> MediaGate::check_asset(AssetId asset, AssetEntry& entry) {
  const auto asked_at = clock_.now();
  std::optional<Asset> found;
  auto read = store_.read([&](storage::Transaction& transaction) -> Result<> {
    auto loaded = storage::load<Asset>(transaction, keys::asset(asset));
    if (!loaded) return loaded.error();
    found = std::move(*loaded);
    return {};
  });
  if (!read) return read.error();
  if (found) {
    entry.raise(found->epoch);
    if (found->state == AssetState::rejected) entry.is_rejected = true;
  } else {
    entry.is_absent = true;
  }
  entry.checked_at_ms = to_epoch_ms(asked_at);
  return {};
}

Result<> MediaGate::check_viewer(const ViewerTag& tag, ViewerEntry& entry) {
  const auto asked_at = clock_.now();
  const std::string prefix(tag.begin(), tag.end());
  bool has_session = false;
  auto read = store_.read([&](storage::Transaction& transaction) -> Result<> {
    auto sessions = transaction.scan(keys::sessions_of_accounts(prefix), 1);
    if (!sessions) return sessions.error();
    has_session = !sessions->empty();
    return {};
  });
  if (!read) return read.error();
  entry.is_welcome = has_session;
  entry.checked_at_ms = to_epoch_ms(asked_at);
  return {};
}

// A link of an earlier epoch: tells a recall from a link that only has to be asked for again.
Error MediaGate::why_superseded(AssetId asset) {
  bool is_recalled = false;
  bool is_live = false;
  auto read = store_.read([&](storage::Transaction& transaction) -> Result<> {
    auto entries = transaction.scan(keys::lessons_with_asset(asset), 128);
    if (!entries) return entries.error();
    for (const auto& entry : *entries) {
      const auto id = keys::trailing_id<LessonId>(entry.key);
      if (!id) continue;
      auto lesson = storage::load<Lesson>(transaction, keys::lesson(*id));
      if (!lesson) return lesson.error();
      if (!*lesson || !(*lesson)->live || (*lesson)->live->content.asset != asset) continue;
      ((*lesson)->is_recalled ? is_recalled : is_live) = true;
    }
    return {};
  });
  if (!read) return read.error();
  if (is_recalled && !is_live)
    return {ErrorCode::gone, "the lesson was recalled", "lesson_recalled"};
  return {ErrorCode::forbidden, "the media link is of an earlier epoch", "link_expired"};
}

}  // namespace weike::playback
