#include "api/uploads/chunk_writer.hpp"

#include "api/uploads/index_in_front.hpp"
#include "api/uploads/video_sniff.hpp"

#include <unistd.h>

#include <algorithm>

namespace weike::uploads {
namespace {

// With a deferred length the quota is taken in steps of this size.
constexpr std::uint64_t kReserveStep = 16ULL << 20;

Error not_a_video() {
  return {ErrorCode::unsupported_type, "the first bytes are not of a video", "not_a_video"};
}

// The first bytes of a file that is still growing; empty if they cannot be read.
std::string head_of(storage::BlobStore& blobs, const Upload& upload) {
  const auto file = blobs.open(upload.blob_name());
  if (!file) return {};
  std::string head(kSniffBytes, '\0');
  const auto got = ::pread((*file)->descriptor(), head.data(), head.size(), 0);
  head.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  return head;
}

}  // namespace

ChunkWriter::ChunkWriter(const UploadTools& tools, UploadHold hold, Upload upload,
                         std::unique_ptr<storage::BlobAppender> file)
    : tools_(tools),
      hold_(std::move(hold)),
      upload_(std::move(upload)),
      file_(std::move(file)),
      position_(upload_.offset_bytes),
      checked_position_(position_),
      checked_at_(tools.clock.now()) {}

Result<std::unique_ptr<ChunkWriter>> ChunkWriter::open(const UploadTools& tools, UploadHold hold,
                                                       Upload upload,
                                                       std::optional<ExpectedChecksum> checksum) {
  auto file = tools.blobs.open_appender(upload.blob_name());
  if (!file) return file.error();
  if ((*file)->size_bytes() < upload.offset_bytes) {
    return Error{ErrorCode::corrupt, "upload " + upload.id.text() + " lost acknowledged bytes"};
  }
  if ((*file)->size_bytes() > upload.offset_bytes) {
    if (auto cut = (*file)->truncate(upload.offset_bytes); !cut) return cut.error();
  }
  std::unique_ptr<ChunkWriter> writer(
      new ChunkWriter(tools, std::move(hold), std::move(upload), std::move(*file)));
  if (checksum) writer->checksum_ = std::make_unique<ChunkChecksum>(std::move(*checksum));
  if (auto read = writer->read_head(); !read) return read.error();
  return writer;
}

// When earlier requests brought less than is looked at, their bytes count too.
Result<> ChunkWriter::read_head() {
  is_judged_ = position_ >= kSniffBytes;
  if (is_judged_ || position_ == 0) return {};
  auto head = tools_.blobs.read(upload_.blob_name(), kSniffBytes);
  if (!head) return head.error();
  head_ = std::move(*head);
  return {};
}

Result<> ChunkWriter::append(std::span<const std::byte> bytes) {
  const auto attempt = [&]() -> Result<> {
    if (failure_) return *failure_;
    if (auto room = check_room(bytes.size()); !room) return room.error();
    if (auto looked = look_at(bytes); !looked) return looked.error();
    if (auto appended = file_->append(bytes); !appended) return appended.error();
    if (checksum_) checksum_->update(bytes);
    position_ += bytes.size();
    return checkpoint();
  };
  auto done = attempt();
  if (!done && !failure_) failure_ = done.error();
  return done;
}

Result<> ChunkWriter::check_room(std::uint64_t count) {
  const auto end = position_ + count;
  if (upload_.size_bytes && end > *upload_.size_bytes) {
    return Error{ErrorCode::too_large, "more bytes than Upload-Length", "beyond_length"};
  }
  if (end > tools_.options.max_bytes) {
    return Error{ErrorCode::too_large, "upload above the limit", "upload_too_large"};
  }
  if (end <= upload_.reserved_bytes) return {};
  const auto hoped = (end / kReserveStep + 1) * kReserveStep;
  return tools_.records.reserve(upload_, end, std::min(hoped, tools_.options.max_bytes));
}

Result<> ChunkWriter::look_at(std::span<const std::byte> bytes) {
  if (is_judged_) return {};
  const auto count = std::min(bytes.size(), kSniffBytes - head_.size());
  head_.append(reinterpret_cast<const char*>(bytes.data()), count);
  if (head_.size() < kSniffBytes) return {};
  is_judged_ = true;
  is_not_video_ = sniff(head_, true) == Sniffed::not_video;
  if (is_not_video_) return not_a_video();
  return {};
}

Result<> ChunkWriter::checkpoint() {
  if (upload_.size_bytes == position_) return {};  // `finish` decides about the whole file.
  const bool is_much = position_ - checked_position_ >= tools_.options.checkpoint_bytes;
  const bool is_long = tools_.clock.now() - checked_at_ >= tools_.options.checkpoint_interval;
  if (!is_much && !is_long) return {};
  auto free = tools_.blobs.free_bytes();
  if (!free) return free.error();
  if (*free < tools_.options.disk_reserve_bytes) {
    return Error{ErrorCode::out_of_space, "free disk below the reserve"};
  }
  if (!checksum_) {  // Else nothing is recorded before `finish` has seen all of the chunk.
    if (auto recorded = record(); !recorded) return recorded.error();
  }
  checked_position_ = position_;
  checked_at_ = tools_.clock.now();
  return {};
}

Result<> ChunkWriter::record() {
  if (auto synced = file_->sync(); !synced) return synced.error();
  auto next = upload_;
  next.offset_bytes = position_;
  if (auto saved = tools_.records.save_progress(next); !saved) return saved.error();
  upload_ = std::move(next);
  return heed_glance();
}

// Asks for a glance as soon as one can tell something, and ends what it found to be of no use.
Result<> ChunkWriter::heed_glance() {
  const bool is_early = upload_.offset_bytes < kGlanceBytes || !upload_.size_bytes;
  if (is_early || upload_.is_due() || !tools_.ask_for_glance) return {};
  auto glance = tools_.records.heed_glance(upload_);
  if (!glance) return glance.error();
  if (!*glance && is_index_in_front(head_of(tools_.blobs, upload_), upload_.offset_bytes)) {
    tools_.ask_for_glance(upload_.id, upload_.blob_name());
  }
  return {};
}

Result<> ChunkWriter::roll_back() {
  position_ = upload_.offset_bytes;
  return file_->truncate(position_);
}

Result<Upload> ChunkWriter::finish(ChunkEnd end) {
  auto settled = settle(end);
  file_.reset();
  if (is_not_video_) discard_file();
  hold_.release();
  if (is_not_video_) return not_a_video();
  if (!settled) return settled.error();
  if (failure_) return *failure_;
  return upload_;
}

Result<> ChunkWriter::settle(ChunkEnd end) {
  if (!is_judged_ && !head_.empty()) {
    is_not_video_ = sniff(head_, upload_.size_bytes == position_) == Sniffed::not_video;
  }
  if (is_not_video_ || (failure_ && failure_->code == ErrorCode::rejected)) return {};
  const bool is_whole = end == ChunkEnd::complete && !failure_;
  if (checksum_ && (!is_whole || !checksum_->matches())) {
    if (auto rolled = roll_back(); !rolled) return rolled.error();
    if (is_whole) return Error{ErrorCode::checksum_mismatch, "chunk differs from its checksum"};
    return {};
  }
  // A write that failed half-way may have left bytes behind.
  if (file_->size_bytes() > position_) {
    if (auto cut = file_->truncate(position_); !cut) return cut.error();
  }
  if (position_ != upload_.offset_bytes || is_whole) {
    if (auto recorded = record(); !recorded) return recorded.error();
  }
  if (!upload_.is_due()) return {};
  return tools_.records.complete(upload_, tools_.assets);
}

// What is left after a failure here goes with the next sweep.
void ChunkWriter::discard_file() {
  if (!tools_.records.retire(upload_)) return;
  if (!tools_.blobs.erase(upload_.blob_name())) return;
  [[maybe_unused]] auto forgotten = tools_.records.forget(upload_);
}

}  // namespace weike::uploads
