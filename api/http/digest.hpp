#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// Digests, message authentication and random bytes, as byte strings.
namespace weike::http {

// 32 bytes.
std::string sha256(std::string_view bytes);
// HMAC-SHA-256 (RFC 2104), 32 bytes.
std::string hmac_sha256(std::string_view key, std::string_view message);
// Takes the same time for all contents of the same length.
bool equal_in_constant_time(std::string_view left, std::string_view right);
// From the system's generator; throws std::system_error where that is missing.
std::string random_bytes(std::size_t count);
// Lower-case.
std::string to_hex(std::string_view bytes);

}  // namespace weike::http
