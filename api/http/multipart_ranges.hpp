#pragma once

#include "api/http/message.hpp"
#include "api/http/ranges.hpp"

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace weike::http {

// A stretch of what several ranges are asked of: shared bytes, a file's, or a body of parts. Called
// on the blocking pool while the answer is sent, once for each range.
using StretchOf = std::function<Body(std::uint64_t offset, std::uint64_t length)>;

// Makes `response`, which holds the fields of the resource but no Content-Type, the 206 that sends
// all `ranges` as multipart/byteranges (RFC 9110 §14.6). Nothing is copied: stretches go as they
// are, between short heads.
void send_as_multipart(Response& response, std::vector<ByteRange> ranges, std::uint64_t size_bytes,
                       std::string_view content_type, StretchOf stretch_of);

}  // namespace weike::http
