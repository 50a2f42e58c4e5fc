#include "api/playback/open_files.hpp"

#include "model/json.hpp"

#include <utility>

namespace weike::playback {

OpenFiles::OpenFiles(storage::BlobStore& blobs, const Clock& clock, std::size_t capacity,
                     Milliseconds idle)
    : blobs_(blobs), clock_(clock), idle_(idle), files_(capacity) {}

OpenFiles::FilePtr OpenFiles::at_hand(std::string_view asset, std::string_view file) {
  return take(BlobName(asset, file).text());
}

Result<OpenFiles::FilePtr> OpenFiles::open(std::string_view asset, std::string_view file) {
  const BlobName name(asset, file);
  if (auto known = take(name.text())) return known;
  auto opened = blobs_.open(name.text());
  if (!opened) return opened.error();
  auto made = std::make_shared<Entry>();
  made->served = served_file(file, std::move(*opened));
  made->used_at_ms = to_epoch_ms(clock_.now());
  files_.put(std::string(name.text()), made);
  return FilePtr(made, &made->served);
}

OpenFiles::FilePtr OpenFiles::take(std::string_view blob_name) {
  auto known = files_.get(blob_name);
  if (!known) return nullptr;
  Entry& entry = **known;
  entry.used_at_ms.store(to_epoch_ms(clock_.now()), std::memory_order_relaxed);
  return FilePtr(std::move(*known), &entry.served);
}

void OpenFiles::close_idle() {
  const auto oldest = to_epoch_ms(clock_.now()) - idle_.count();
  files_.erase_if([&](const std::string&, const auto& file) { return file->used_at_ms < oldest; });
}

}  // namespace weike::playback
