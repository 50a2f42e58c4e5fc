#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

// Base64 (RFC 4648). Decoding is strict: one text for each byte string, all else is nothing.
namespace weike::http {

// The URL-safe alphabet without padding (§5): cursors, tokens, signatures.
std::string to_base64url(std::string_view bytes);
std::optional<std::string> from_base64url(std::string_view text);
// Into the caller's memory: how many bytes it is; nothing also if they do not fit.
std::optional<std::size_t> from_base64url(std::string_view text, std::span<char> into);

// The classic alphabet with padding (§4): what tus puts into its header fields.
std::string to_base64(std::string_view bytes);
std::optional<std::string> from_base64(std::string_view text);

}  // namespace weike::http
