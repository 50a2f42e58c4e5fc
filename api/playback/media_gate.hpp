#pragma once

#include "api/http/message.hpp"
#include "api/playback/media_signer.hpp"
#include "model/bounded_map.hpp"
#include "storage/kv/kv_store.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace weike::playback {

struct MediaGateOptions {
  // What is known of an asset or a viewer is asked anew when it is older than this.
  Milliseconds staleness = std::chrono::seconds{5};
  // Assets and viewers kept in memory, about 150 bytes each.
  std::size_t known_assets = 65'536;
  std::size_t known_viewers = 65'536;
  // Links whose passes are kept, about 250 bytes each.
  std::size_t known_links = 65'536;
};

// Decides whether a signed link still opens its asset: expiry, recall, rejection, deletion, and
// viewers whose sessions ended. Answers from memory; what it does not know it reads from the store.
// What is told by `raise_epoch`, `reject`, `forget` or `end_viewer` works at once, everything else
// within the staleness, also for transfers that run, if `refresh` is called as often. Threads may
// share it.
class MediaGate {
 public:
  MediaGate(storage::KvStore& store, const Clock& clock, MediaGateOptions options = {});
  ~MediaGate();
  MediaGate(const MediaGate&) = delete;
  MediaGate& operator=(const MediaGate&) = delete;

  using Pass = std::shared_ptr<const http::Permit>;
  struct Admission {
    AssetId asset;
    MediaToken token;
    Pass pass;
  };

  // Of asset and token as a path spells them. Never blocks and takes no memory: nothing when the
  // answer is not known freshly enough, is no, or just these were not admitted yet. As they were,
  // the signature need not be verified again.
  std::optional<Admission> admit_from_memory(std::string_view asset, std::string_view token) const;
  // Of a token whose signature says `content`. May read the store. The pass turns false as soon as
  // the link stops working. Fails with `not_found` (no such asset), `forbidden` (reason
  // link_expired, also for a viewer who may no longer see it) or `gone` (reason lesson_recalled, or
  // asset_rejected).
  Result<Pass> admit(AssetId asset, std::string_view token, const MediaToken& content);

  // After the commit that raised the epoch: links of earlier epochs stop now.
  void raise_epoch(AssetId asset, std::uint32_t epoch);
  // After the commit that erased the asset.
  void forget(AssetId asset);
  // After the commit that rejected the asset: nothing of it is shown any more.
  void reject(AssetId asset);
  // After the sessions of an account ended: its links stop now, until it signs in again.
  void end_viewer(AccountId account);

  // Asks the store again about all that was used since the last call, and drops what was not. Call
  // it on a timer of less than the staleness: then a link in use never has to wait for the store.
  void refresh();

 private:
  struct AssetEntry;
  struct ViewerEntry;
  class LinkPass;
  struct TagHash {
    std::size_t operator()(const ViewerTag& tag) const noexcept;
  };

  bool is_fresh(std::int64_t checked_at_ms) const;
  std::shared_ptr<AssetEntry> known_asset(AssetId asset) const;
  std::shared_ptr<ViewerEntry> known_viewer(const ViewerTag& tag) const;
  std::shared_ptr<AssetEntry> remember_asset(AssetId asset);
  std::shared_ptr<ViewerEntry> remember_viewer(const ViewerTag& tag);
  Pass keep(std::string_view token, std::shared_ptr<LinkPass> pass);
  void forget_idle_links();
  Result<> check_asset(AssetId asset, AssetEntry& entry);
  Result<> check_viewer(const ViewerTag& tag, ViewerEntry& entry);
  Error why_superseded(AssetId asset);

  storage::KvStore& store_;
  const Clock& clock_;
  const MediaGateOptions options_;
  mutable std::shared_mutex mutex_;  // Guards the maps, not what their entries hold.
  std::unordered_map<AssetId, std::shared_ptr<AssetEntry>> assets_;
  std::unordered_map<ViewerTag, std::shared_ptr<ViewerEntry>, TagHash> viewers_;
  // By token: its signature stands for the asset too.
  std::unordered_map<std::string, std::shared_ptr<LinkPass>, TextHash, std::equal_to<>> passes_;
};

}  // namespace weike::playback
