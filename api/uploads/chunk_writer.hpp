#pragma once

#include "api/uploads/chunk_checksum.hpp"
#include "api/uploads/upload.hpp"
#include "api/uploads/upload_locks.hpp"
#include "api/uploads/upload_records.hpp"
#include "model/error.hpp"
#include "model/time.hpp"
#include "storage/blob/blob_store.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace weike::uploads {

// Somebody who looks at an upload, by its blob, whose index has come ahead of the rest. Must not
// block.
using GlanceRequest = std::function<void(UploadId id, const std::string& blob_name)>;

// What chunk writers work with; all of it outlives them.
struct UploadTools {
  storage::BlobStore& blobs;
  UploadRecords& records;
  assets::AssetService& assets;
  const Clock& clock;
  const UploadOptions& options;
  const GlanceRequest& ask_for_glance;  // May be empty.
};

enum class ChunkEnd { complete, broken };

// Appends the bytes of one request to an upload whose lock it holds. Bytes become part of the
// upload when they are synced and then recorded, in this order: at checkpoints and at the end.
// Bytes before a break are kept; with a checksum all or nothing is. One thread at a time.
class ChunkWriter {
 public:
  // Forgets bytes behind the recorded offset, which were never acknowledged.
  static Result<std::unique_ptr<ChunkWriter>> open(const UploadTools& tools, UploadHold hold,
                                                   Upload upload,
                                                   std::optional<ExpectedChecksum> checksum);

  // `too_large` beyond the length, the limits or the quota; `unsupported_type`, reason not_a_video;
  // `rejected`, with the cause, once a glance found that the file cannot be used: the upload is
  // given up; `out_of_space`. After a failure only `finish` may follow.
  Result<> append(std::span<const std::byte> bytes);
  // Once. The upload as it is recorded now, complete if its last byte has come. After `append`
  // failed it gives that error, after keeping what came before. `checksum_mismatch`;
  // `unsupported_type` when the file was refused, which is then gone.
  Result<Upload> finish(ChunkEnd end);

  // See UploadHold.
  void on_wanted(std::function<void()> interrupt) { hold_.on_wanted(std::move(interrupt)); }
  const Upload& upload() const { return upload_; }

 private:
  ChunkWriter(const UploadTools& tools, UploadHold hold, Upload upload,
              std::unique_ptr<storage::BlobAppender> file);

  Result<> read_head();
  Result<> check_room(std::uint64_t count);
  Result<> look_at(std::span<const std::byte> bytes);
  Result<> checkpoint();
  Result<> record();
  Result<> settle(ChunkEnd end);
  Result<> roll_back();
  Result<> heed_glance();
  void discard_file();

  UploadTools tools_;
  UploadHold hold_;
  Upload upload_;  // As recorded.
  std::unique_ptr<storage::BlobAppender> file_;
  std::unique_ptr<ChunkChecksum> checksum_;
  std::uint64_t position_;  // As appended; at least `upload_.offset_bytes`.
  std::string head_;        // The first bytes of the file, until they are judged.
  bool is_judged_ = false;  // The head has been judged, or lies in an earlier request.
  bool is_not_video_ = false;
  std::uint64_t checked_position_;  // Where and when the last checkpoint was.
  Timestamp checked_at_;
  std::optional<Error> failure_;
};

}  // namespace weike::uploads
