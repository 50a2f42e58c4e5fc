#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace weike {

// 16 random bytes from the system's generator: nobody can guess one (OWASP ASVS 5.0, 7.2.3).
std::array<std::uint8_t, 16> random_id_bytes();

// A strong 128-bit identifier. In text it is 32 lower-case hex digits; in keys its 16 bytes.
template <class Tag>
class Id {
 public:
  using Bytes = std::array<std::uint8_t, 16>;

  Id() = default;  // The nil id: names nothing but the root unit.
  explicit Id(const Bytes& bytes) : bytes_(bytes) {}

  static Id make_random() { return Id(random_id_bytes()); }
  static std::optional<Id> parse(std::string_view text);
  // From the 16 raw bytes of a key; nothing if the length is another.
  static std::optional<Id> from_bytes(std::string_view raw);

  std::string text() const;
  std::string_view raw() const {
    return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
  }
  bool is_nil() const { return bytes_ == Bytes{}; }
  auto operator<=>(const Id&) const = default;

 private:
  Bytes bytes_{};
};

std::optional<std::array<std::uint8_t, 16>> parse_id_bytes(std::string_view text);
std::string id_text(const std::array<std::uint8_t, 16>& bytes);

template <class Tag>
std::optional<Id<Tag>> Id<Tag>::parse(std::string_view text) {
  const auto bytes = parse_id_bytes(text);
  if (!bytes) return std::nullopt;
  return Id(*bytes);
}

template <class Tag>
std::optional<Id<Tag>> Id<Tag>::from_bytes(std::string_view raw) {
  if (raw.size() != 16) return std::nullopt;
  Bytes bytes;
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(raw[i]);
  return Id(bytes);
}

template <class Tag>
std::string Id<Tag>::text() const {
  return id_text(bytes_);
}

using AccountId = Id<struct AccountTag>;
using UnitId = Id<struct UnitTag>;
using UploadId = Id<struct UploadTag>;
using AssetId = Id<struct AssetTag>;
using LessonId = Id<struct LessonTag>;
using JobId = Id<struct JobTag>;

// The unit at the top of the tree; every installation has it.
inline const UnitId kRootUnit{};

}  // namespace weike

template <class Tag>
struct std::hash<weike::Id<Tag>> {
  // The bytes are random already, so any eight of them serve.
  std::size_t operator()(const weike::Id<Tag>& id) const noexcept {
    return std::hash<std::string_view>{}(id.raw());
  }
};
