#pragma once

#include "storage/blob/blob_store.hpp"

#include <sys/uio.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace weike::server {

// Blocks of files that the TLS connections of one I/O thread send again and again, in memory of our
// own: they are encrypted from where they lie, where a read copies them out of the kernel first.
// One thread.
class HotBlocks {
 public:
  static constexpr std::size_t kBlockBytes = 64UL * 1024;
  static constexpr std::size_t kBlocks = 512;  // 32 MB at most.
  // Each block may lie in one of so many.
  static constexpr std::size_t kPlaces = 4;
  // So many looks at a block within some seconds show that it is worth its memory. One client that
  // reads a file looks three times.
  static constexpr int kLooksBefore = 8;
  // `cool` so often, and what nobody has looked at meanwhile is gone.
  static constexpr int kMostHeat = 60;

  HotBlocks() : slots_(kBlocks) {}

  // Bytes of the file, in order, when all of them are here; else nothing. Never waits: takes in
  // what is in the kernel's memory. For at most `kBlockBytes`. Valid until the next call.
  std::span<const iovec> find(const std::shared_ptr<const storage::OpenFile>& file,
                              std::uint64_t offset, std::size_t length);
  // Call it on a timer.
  void cool();
  std::size_t size_bytes() const;

 private:
  // Has one block; another one takes its place by being looked at more often.
  struct Slot {
    // Also when another file gets its place in memory, it is not taken for this one.
    std::weak_ptr<const storage::OpenFile> file;
    std::uint64_t number = 0;
    int heat = 0;
    std::size_t size = 0;  // 0: the bytes are not there.
    std::unique_ptr<char[]> bytes;
  };

  const Slot* look_at(const std::shared_ptr<const storage::OpenFile>& file, std::uint64_t number);
  static void take_in(Slot& slot, const storage::OpenFile& file);

  std::vector<Slot> slots_;
  std::array<iovec, 2> pieces_{};
};

}  // namespace weike::server
