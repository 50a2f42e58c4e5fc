#include "server/net/tls/hot_blocks.hpp"

#include <algorithm>

namespace weike::server {
namespace {

template <class T>
bool is_same(const std::weak_ptr<T>& known, const std::shared_ptr<T>& file) {
  return !known.owner_before(file) && !file.owner_before(known);
}

}  // namespace

std::span<const iovec> HotBlocks::find(const std::shared_ptr<const storage::OpenFile>& file,
                                       std::uint64_t offset, std::size_t length) {
  std::size_t count = 0;
  while (length > 0) {
    const Slot* const slot = look_at(file, offset / kBlockBytes);
    const std::size_t begin = offset % kBlockBytes;
    const std::size_t part = std::min(length, kBlockBytes - begin);
    if (slot == nullptr || begin + part > slot->size || count == pieces_.size()) return {};
    pieces_[count++] = {slot->bytes.get() + begin, part};
    offset += part;
    length -= part;
  }
  return std::span(pieces_).first(count);
}

// Null when the block is not here.
const HotBlocks::Slot* HotBlocks::look_at(const std::shared_ptr<const storage::OpenFile>& file,
                                          std::uint64_t number) {
  // Neighbours have places of their own.
  const auto first = (reinterpret_cast<std::uintptr_t>(file.get()) * 0x9E3779B97F4A7C15U) >> 32;
  const auto places =
      std::span(slots_).subspan((first + number) % (kBlocks / kPlaces) * kPlaces, kPlaces);
  auto known = std::find_if(places.begin(), places.end(), [&](const Slot& slot) {
    return slot.number == number && is_same(slot.file, file);
  });
  if (known == places.end()) {
    known = std::min_element(places.begin(), places.end(),
                             [](const Slot& a, const Slot& b) { return a.heat < b.heat; });
    if (known->heat > 0) {
      --known->heat;
      return nullptr;
    }
    known->file = file;
    known->number = number;
    known->size = 0;
  }
  Slot& slot = *known;
  slot.heat = std::min(slot.heat + 1, kMostHeat);
  if (slot.size == 0 && slot.heat >= kLooksBefore) take_in(slot, *file);
  return slot.size > 0 ? &slot : nullptr;
}

void HotBlocks::take_in(Slot& slot, const storage::OpenFile& file) {
  const std::uint64_t offset = slot.number * kBlockBytes;
  const std::uint64_t size = file.size_bytes();
  const std::size_t wanted = std::min<std::uint64_t>(kBlockBytes, size - std::min(size, offset));
  if (!slot.bytes) slot.bytes = std::make_unique_for_overwrite<char[]>(kBlockBytes);
  const iovec into{slot.bytes.get(), wanted};
  const ssize_t got =
      ::preadv2(file.descriptor(), &into, 1, static_cast<off_t>(offset), RWF_NOWAIT);
  if (got == static_cast<ssize_t>(wanted)) {
    slot.size = wanted;
  } else {
    slot.heat = 0;  // A part is on the disk alone: not at the next look again.
  }
}

void HotBlocks::cool() {
  for (Slot& slot : slots_) {
    slot.heat = std::max(slot.heat - 1, 0);
    if (slot.heat == 0 && slot.bytes) slot = Slot{};
  }
}

std::size_t HotBlocks::size_bytes() const {
  return kBlockBytes *
         static_cast<std::size_t>(std::count_if(
             slots_.begin(), slots_.end(), [](const Slot& slot) { return slot.bytes != nullptr; }));
}

}  // namespace weike::server
