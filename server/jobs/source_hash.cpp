#include "server/jobs/source_hash.hpp"

#include "api/http/digest.hpp"

#include <openssl/evp.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

namespace weike::server {
namespace {

// How soon one that stands still sees that it may go on.
constexpr std::chrono::milliseconds kPauseStep{10};

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using ContextPtr = std::unique_ptr<EVP_MD_CTX, FreeContext>;

Error cannot_hash() { return {ErrorCode::internal, "the source cannot be hashed"}; }
Error cancelled() { return {ErrorCode::unavailable, "the work was stopped", "cancelled"}; }

// Some bytes at `offset`, at least one.
Result<std::size_t> read_some(int descriptor, std::span<std::byte> buffer, std::uint64_t offset) {
  ssize_t got = 0;
  do {
    got = ::pread(descriptor, buffer.data(), buffer.size(), static_cast<off_t>(offset));
  } while (got < 0 && errno == EINTR);
  if (got < 0) {
    const auto why = std::generic_category().message(errno);
    return Error{ErrorCode::internal, "the source: cannot read: " + why};
  }
  if (got == 0) return Error{ErrorCode::internal, "the source: ends before its size"};
  return static_cast<std::size_t>(got);
}

void wait_while_paused(const media::TaskControl& control) {
  while (control.is_paused && !control.stop) std::this_thread::sleep_for(kPauseStep);
}

}  // namespace

Result<std::string> hash_source(const storage::OpenFile& source,
                                const media::TaskControl& control) {
  const ContextPtr context(EVP_MD_CTX_new());
  if (!context || EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) != 1) {
    return cannot_hash();
  }
  std::vector<std::byte> buffer(
      static_cast<std::size_t>(std::min<std::uint64_t>(kHashedPieceBytes, source.size_bytes())));
  for (std::uint64_t offset = 0; offset < source.size_bytes();) {
    wait_while_paused(control);
    if (control.stop) return cancelled();
    const auto left = std::min<std::uint64_t>(buffer.size(), source.size_bytes() - offset);
    const auto piece = std::span(buffer).first(static_cast<std::size_t>(left));
    const auto got = read_some(source.descriptor(), piece, offset);
    if (!got) return got.error();
    offset += *got;
    if (EVP_DigestUpdate(context.get(), piece.data(), *got) != 1) return cannot_hash();
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_DigestFinal_ex(context.get(), digest.data(), &size) != 1) return cannot_hash();
  return http::to_hex({reinterpret_cast<const char*>(digest.data()), size});
}

}  // namespace weike::server
