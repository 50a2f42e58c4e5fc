#pragma once

#include "api/assets/asset_service.hpp"
#include "api/http/message.hpp"
#include "api/playback/asset_files.hpp"
#include "api/playback/media_gate.hpp"
#include "api/playback/media_signer.hpp"
#include "model/bounded_map.hpp"
#include "model/time.hpp"
#include "storage/blob/blob_store.hpp"
#include "storage/kv/kv_store.hpp"

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace weike::playback {

struct MediaDeliveryOptions {
  // Open descriptors kept for the hot lane; the process needs room for as many.
  std::size_t open_files = 512;
  // A descriptor nobody asked for this long is closed, so that erased videos free their disk.
  Milliseconds open_file_idle = std::chrono::seconds{30};
  // Assets whose playlists are kept rendered; one of 30 minutes takes about 200 KiB.
  std::size_t rendered_assets = 512;
  // How long a master playlist with declared rates is served before asking whether the asset is
  // finished.
  Milliseconds unfinished_playlists = std::chrono::seconds{5};
};

// One request for media. Views into the caller's request.
struct MediaRequest {
  http::Method method = http::Method::get;
  std::string_view asset;
  std::string_view token;
  std::string_view file;
  std::string_view range;
  std::string_view if_range;
  std::string_view if_none_match;
};

// Answers requests for signed media: playlists from the plan, everything else by descriptor.
// Threads may share it.
class MediaDelivery {
 public:
  MediaDelivery(storage::KvStore& store, storage::BlobStore& blobs, assets::AssetService& assets,
                const MediaSigner& signer, MediaGate& gate, const Clock& clock,
                MediaDeliveryOptions options = {});

  // Never blocks: nothing unless signature, permission and file are all at hand.
  std::optional<http::Response> answer_from_memory(const MediaRequest& request);

  // Fails with `not_found`; `forbidden`, reason bad_signature or link_expired; `gone`, reason
  // lesson_recalled; `unavailable`, reason segment_not_ready, for what the plan names but nobody
  // has made yet.
  Result<http::Response> answer(const MediaRequest& request);

  // Closes idle descriptors and lets the gate look around. Call it on a timer of at most 5 s.
  void tend();

 private:
  struct RenderedFiles {
    AssetFiles files;
    bool is_final = false;  // The asset is finished: nothing here changes any more.
    Timestamp made_at{};
  };
  struct OpenBlob {
    std::shared_ptr<const storage::OpenFile> file;
    std::atomic<Milliseconds::rep> used_at_ms{0};
  };

  bool is_current(const RenderedFiles& rendered) const;
  Result<std::shared_ptr<const RenderedFiles>> rendered_files(AssetId asset);
  std::shared_ptr<const storage::OpenFile> open_file(const std::string& blob_name);
  Result<std::shared_ptr<const storage::OpenFile>> find_or_open(const std::string& blob_name);

  storage::KvStore& store_;
  storage::BlobStore& blobs_;
  assets::AssetService& assets_;
  const MediaSigner& signer_;
  MediaGate& gate_;
  const Clock& clock_;
  const MediaDeliveryOptions options_;
  BoundedMap<AssetId, std::shared_ptr<const RenderedFiles>> rendered_;
  BoundedMap<std::string, std::shared_ptr<OpenBlob>> open_files_;
};

}  // namespace weike::playback
