#include "media/sandbox/frame.hpp"

#include <nettle/sha2.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace weike::media {
namespace {

constexpr std::array<std::uint8_t, 4> kMagic{'W', 'K', 'F', '1'};
constexpr std::size_t kTypeAt = 4;
constexpr std::size_t kNameLengthAt = 5;
constexpr std::size_t kSizeAt = 8;
constexpr std::size_t kHashAt = 12;
constexpr std::size_t kHeaderBytes = kHashAt + SHA256_DIGEST_SIZE;

using Header = std::array<std::uint8_t, kHeaderBytes>;
using Hash = std::array<std::uint8_t, SHA256_DIGEST_SIZE>;

Hash sha256_of(std::span<const std::byte> bytes) {
  sha256_ctx context;
  sha256_init(&context);
  sha256_update(&context, bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data()));
  Hash hash;
  sha256_digest(&context, hash.size(), hash.data());
  return hash;
}

bool write_all(int descriptor, const void* data, std::size_t size) {
  const auto* at = static_cast<const char*>(data);
  while (size > 0) {
    const auto written = ::write(descriptor, at, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    at += written;
    size -= static_cast<std::size_t>(written);
  }
  return true;
}

std::size_t content_size(const Header& header) {
  std::size_t size = 0;
  for (std::size_t i = 0; i < 4; ++i) size = size << 8 | header[kSizeAt + i];
  return size;
}

Result<> check(const Header& header) {
  if (std::memcmp(header.data(), kMagic.data(), kMagic.size()) != 0) {
    return Error{ErrorCode::corrupt, "a frame does not begin as one"};
  }
  const auto type = header[kTypeAt];
  if (type < 1 || type > 5) return Error{ErrorCode::corrupt, "a frame of an unknown type"};
  const bool is_output = type == static_cast<std::uint8_t>(FrameType::output);
  if (content_size(header) > (is_output ? kMaxOutputBytes : kMaxReportBytes)) {
    return Error{ErrorCode::corrupt, "a frame is too large"};
  }
  return {};
}

}  // namespace

bool write_frame(int descriptor, FrameType type, std::string_view name,
                 std::span<const std::byte> content) {
  Header header{};
  std::copy(kMagic.begin(), kMagic.end(), header.begin());
  header[kTypeAt] = static_cast<std::uint8_t>(type);
  header[kNameLengthAt] = static_cast<std::uint8_t>(name.size());
  for (std::size_t i = 0; i < 4; ++i) {
    header[kSizeAt + i] = static_cast<std::uint8_t>(content.size() >> (24 - 8 * i) & 0xff);
  }
  const auto hash = sha256_of(content);
  std::copy(hash.begin(), hash.end(), header.begin() + kHashAt);
  return write_all(descriptor, header.data(), header.size()) &&
         write_all(descriptor, name.data(), name.size()) &&
         write_all(descriptor, content.data(), content.size());
}

std::vector<std::byte> progress_content(std::int64_t done, std::int64_t total) {
  std::vector<std::byte> content;
  for (const auto number : {static_cast<std::uint64_t>(done), static_cast<std::uint64_t>(total)}) {
    for (int shift = 56; shift >= 0; shift -= 8) {
      content.push_back(static_cast<std::byte>(number >> shift & 0xff));
    }
  }
  return content;
}

void FrameReader::feed(std::span<const std::byte> bytes) {
  if (begin_ > 0) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(begin_));
    begin_ = 0;
  }
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

Result<std::optional<Frame>> FrameReader::next() {
  const auto rest = std::span<const std::byte>(buffer_).subspan(begin_);
  if (rest.size() < kHeaderBytes) return std::optional<Frame>{};
  Header header;
  std::memcpy(header.data(), rest.data(), header.size());
  if (auto sound = check(header); !sound) return sound.error();
  const std::size_t name_bytes = header[kNameLengthAt];
  const std::size_t content_bytes = content_size(header);
  const std::size_t whole = kHeaderBytes + name_bytes + content_bytes;
  if (rest.size() < whole) return std::optional<Frame>{};

  const auto content = rest.subspan(kHeaderBytes + name_bytes, content_bytes);
  const auto hash = sha256_of(content);
  if (std::memcmp(hash.data(), header.data() + kHashAt, hash.size()) != 0) {
    return Error{ErrorCode::corrupt, "a frame's content is not what its hash says"};
  }
  Frame frame;
  frame.type = static_cast<FrameType>(header[kTypeAt]);
  frame.name.assign(reinterpret_cast<const char*>(rest.data()) + kHeaderBytes, name_bytes);
  frame.content.assign(content.begin(), content.end());
  begin_ += whole;
  return std::optional<Frame>{std::move(frame)};
}

}  // namespace weike::media
