#pragma once

#include "api/http/message.hpp"

#include <cstdint>
#include <string_view>

// Content codings (RFC 9110 §8.4.1 and §12.5.3).
namespace weike::http {

enum class Coding : std::uint8_t { identity, gzip, brotli };
inline constexpr std::size_t kCodings = 3;
// As Content-Encoding says it: "gzip", "br", "identity".
std::string_view name_of(Coding coding);

// What an Accept-Encoding field likes best of these codings; of equals the one that packs best. An
// absent or empty field asks for identity. Identity too when nothing else is accepted: whoever
// refuses even that gets the bytes as they are (§15.5.7 allows it).
Coding preferred_coding(std::string_view accept_encoding);

// How hard to pack.
enum class Effort : std::uint8_t {
  light,     // Somebody waits for it.
  thorough,  // It lasts.
};

// Whether bytes of that type and size can be expected to shrink.
bool is_worth_packing(std::string_view content_type, std::size_t size_bytes);
// Null when that saves less than a sixteenth, and for identity.
SharedBytes pack(Coding coding, std::string_view bytes, Effort effort);

}  // namespace weike::http
