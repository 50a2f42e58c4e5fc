#pragma once

#include "model/error.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>

// System calls on files, with Result instead of errno. Private to storage/blob.
namespace weike::storage {

// Owns a descriptor and closes it.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }

  int get() const { return number_; }
  // Gives the descriptor away.
  int release() { return std::exchange(number_, -1); }

 private:
  int number_ = -1;
};

// The Error for errno after a call that failed doing `what`. A full disk or quota is
// `out_of_space`, an absent file `not_found`, any other trouble `unavailable`.
Error errno_error(const std::string& what);

// open(2) with O_CLOEXEC and O_NOFOLLOW; new files are for the owner and the group.
Result<Descriptor> open_file(const std::filesystem::path& path, int flags);
Result<std::uint64_t> size_of(int descriptor);
// All of `bytes` at `offset`, however often write(2) is cut short.
Result<> write_at(int descriptor, std::span<const std::byte> bytes, std::uint64_t offset);
// The same past the page cache, by a descriptor with O_DIRECT, for whole blocks. False where the
// file system does not take this; some of the bytes may be written then.
Result<bool> write_direct_at(int descriptor, std::span<const std::byte> bytes,
                             std::uint64_t offset);
// `size_bytes` from the begin, or fewer when the file ends earlier.
Result<std::string> read_from_begin(int descriptor, std::uint64_t size_bytes);
// The data, and as much of the metadata as is needed to read it again, survive a power cut.
Result<> sync_data(int descriptor);
// The names in `folder` survive a power cut.
Result<> sync_folder(const std::filesystem::path& folder);

}  // namespace weike::storage
