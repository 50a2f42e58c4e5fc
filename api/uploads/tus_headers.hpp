#pragma once

#include "api/http/message.hpp"
#include "api/uploads/chunk_checksum.hpp"
#include "model/error.hpp"
#include "model/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// The header fields of tus 1.0.
namespace weike::uploads {

inline constexpr std::string_view kTusVersion = "1.0.0";
inline constexpr std::string_view kTusExtensions =
    "creation,creation-with-upload,creation-defer-length,checksum,expiration,termination";
inline constexpr std::string_view kChecksumAlgorithms = "sha1,sha256";

struct UploadMetadata {
  std::string file_name;
  std::string file_type;
};
// Upload-Metadata: "key base64,key base64,flag". Keys are ASCII and unique. The file name loses
// folders in front; one that is no text is `invalid_argument`.
Result<UploadMetadata> parse_metadata(std::string_view field);

// Upload-Checksum: "sha1 base64". `invalid_argument`, reason bad_checksum.
Result<ExpectedChecksum> parse_checksum(std::string_view field);

// A field that is a count of bytes: digits only. Nothing if it is absent; `invalid_argument` with
// the field's name if it is anything else, or above 2^53.
Result<std::optional<std::uint64_t>> byte_count(const http::Headers& headers,
                                                std::string_view name);

// IMF-fixdate (RFC 9110 §5.6.7), for Upload-Expires.
std::string to_http_date(Timestamp time);

}  // namespace weike::uploads
