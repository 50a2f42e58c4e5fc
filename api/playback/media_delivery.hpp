#pragma once

#include "api/assets/asset_service.hpp"
#include "api/http/message.hpp"
#include "api/playback/asset_files.hpp"
#include "api/playback/media_gate.hpp"
#include "api/playback/media_replies.hpp"
#include "api/playback/media_request.hpp"
#include "api/playback/media_signer.hpp"
#include "api/playback/open_files.hpp"
#include "api/playback/segment_requests.hpp"
#include "api/playback/whole_file.hpp"
#include "model/bounded_map.hpp"
#include "model/time.hpp"
#include "storage/blob/blob_store.hpp"
#include "storage/kv/kv_store.hpp"

#include <functional>
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
  // How old a record may be that says what is offered: masters, manifests, captions.
  Milliseconds known_record = std::chrono::seconds{5};
  // Whole MP4 files whose heads are kept; one of 15 minutes takes about 700 KiB.
  std::size_t whole_files = 16;
  // How long a request waits for a segment that is being made.
  Milliseconds segment_patience = std::chrono::seconds{8};
  // How often the pipeline hears that an asset is being watched, and of how many this is known.
  Milliseconds watched_interval = std::chrono::seconds{60};
  std::size_t watched_assets = 4096;
};

// Answers requests for signed media: playlists from the plan, files by descriptor, whole MP4 files
// put together from segments. Threads may share it; it outlives the answers that it gave.
class MediaDelivery {
 public:
  MediaDelivery(storage::KvStore& store, storage::BlobStore& blobs, assets::AssetService& assets,
                const MediaSigner& signer, MediaGate& gate, const Clock& clock,
                MediaDeliveryOptions options = {});

  // Who makes what is missing; it must outlive the last request. Before the first request, once.
  // Without anyone, what is missing is refused at once.
  void ask(SegmentRequests& requests) { requests_ = &requests; }

  // Never blocks, and takes no memory unless several ranges are asked for: nothing unless
  // signature, permission and file are all at hand.
  std::optional<http::Response> answer_from_memory(const MediaRequest& request);

  // Fails with `not_found`; `forbidden`, reason bad_signature or link_expired; `gone`, reason
  // lesson_recalled or asset_rejected; `unavailable`, reason segment_not_ready, for what the plan
  // names but nobody has made yet: see `want`.
  Result<http::Response> answer(const MediaRequest& request);

  // Asks for the segment that `answer` did not find. `wake` as SegmentRequests says. Null if nobody
  // makes such things on request.
  std::shared_ptr<SegmentRequests::Wish> want(const MediaRequest& request,
                                              std::function<void()> wake);
  Milliseconds segment_patience() const { return options_.segment_patience; }

  // Closes idle descriptors and lets the gate look around. Call it on a timer of at most 5 s.
  void tend();

 private:
  struct RenderedFiles {
    AssetFiles files;
    Timestamp known_at{};
  };
  // A request whose signature and permission were found good.
  struct Admitted {
    const MediaRequest& request;
    AssetId asset;
    MediaToken token;
    MediaGate::Pass pass;
    MediaFile file;
  };

  Result<http::Response> answer_blob(const Admitted& admitted);
  Result<http::Response> answer_whole_file(const Admitted& admitted, const AssetFiles& files);
  Result<http::ContentPtr> iframe_playlist(const Admitted& admitted, const AssetFiles& files);

  bool is_current(const RenderedFiles& rendered) const;
  // From memory, if the record behind it is young enough.
  Result<std::shared_ptr<const RenderedFiles>> rendered_files(AssetId asset);
  Result<std::shared_ptr<const RenderedFiles>> read_files(AssetId asset);
  std::optional<http::Response> playlist_from_memory(const MediaRequest& request,
                                                     const MediaGate::Admission& admitted);

  // The pipeline does not know of late that somebody watches this.
  bool must_tell(AssetId asset, const MediaFile& file);
  void tell_watched(AssetId asset, const MediaFile& file);

  storage::KvStore& store_;
  storage::BlobStore& blobs_;
  assets::AssetService& assets_;
  const MediaSigner& signer_;
  MediaGate& gate_;
  const Clock& clock_;
  const MediaDeliveryOptions options_;
  SegmentRequests* requests_ = nullptr;
  BoundedMap<AssetId, std::shared_ptr<const RenderedFiles>> rendered_;
  OpenFiles open_files_;
  BoundedMap<std::string, std::shared_ptr<const WholeFile>> whole_files_;  // By BlobName.
  BoundedMap<AssetId, Timestamp> told_watched_;
};

}  // namespace weike::playback
