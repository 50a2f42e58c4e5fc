#include "api/http/coding.hpp"

#include "api/http/field_list.hpp"

#include <brotli/encode.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

namespace weike::http {
namespace {

// Below this a packed body saves no packet.
constexpr std::size_t kSmallestPacked = 256;
// The best brotli takes a second for a megabyte.
constexpr std::size_t kLargestBestBrotli = std::size_t{64} * 1024;

// Cuts the next part off the front of "gzip;q=0.5".
std::string_view next_part(std::string_view& item) {
  const auto end = item.find(';');
  const auto part = trimmed(item.substr(0, end));
  item.remove_prefix(end == std::string_view::npos ? item.size() : end + 1);
  return part;
}

// What the field says of each coding, and of all that it does not name.
struct Weights {
  std::array<std::optional<int>, kCodings> named;
  std::optional<int> others;

  std::optional<int> of(Coding coding) const {
    const auto& weight = named[static_cast<std::size_t>(coding)];
    return weight ? weight : others;
  }
};

std::optional<Coding> coding_of(std::string_view name) {
  // §8.4.1.3: x-gzip is the same as gzip.
  if (equal_ignoring_case(name, "gzip") || equal_ignoring_case(name, "x-gzip")) return Coding::gzip;
  if (equal_ignoring_case(name, "br")) return Coding::brotli;
  if (equal_ignoring_case(name, "identity")) return Coding::identity;
  return std::nullopt;
}

Weights read_weights(std::string_view accept_encoding) {
  Weights weights;
  for_each_element(accept_encoding, [&](std::string_view item) {
    const auto name = next_part(item);
    int weight = 1000;
    while (!item.empty()) {
      const auto parameter = next_part(item);
      if (names_weight(parameter)) weight = weight_of(parameter.substr(2));
    }
    if (name == "*") {
      weights.others = weight;
    } else if (const auto coding = coding_of(name)) {
      weights.named[static_cast<std::size_t>(*coding)] = weight;
    }
  });
  return weights;
}

std::optional<std::string> gzip(std::string_view bytes, Effort effort) {
  z_stream stream{};
  constexpr int kGzipWindow = 15 + 16;  // zlib: 16 more asks for a gzip head.
  const int level = effort == Effort::light ? 5 : Z_BEST_COMPRESSION;
  if (deflateInit2(&stream, level, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    return std::nullopt;
  std::string packed(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
  // zlib's input pointer has no const form.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const bool is_packed = deflate(&stream, Z_FINISH) == Z_STREAM_END;
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  if (!is_packed) return std::nullopt;
  return packed;
}

std::optional<std::string> brotli(std::string_view bytes, Effort effort) {
  const int thorough = bytes.size() <= kLargestBestBrotli ? BROTLI_MAX_QUALITY : 9;
  const int quality = effort == Effort::light ? 5 : thorough;
  std::size_t size = BrotliEncoderMaxCompressedSize(bytes.size());
  std::string packed(size, '\0');
  const auto done =
      BrotliEncoderCompress(quality, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_TEXT, bytes.size(),
                            reinterpret_cast<const std::uint8_t*>(bytes.data()), &size,
                            reinterpret_cast<std::uint8_t*>(packed.data()));
  if (done == BROTLI_FALSE) return std::nullopt;
  packed.resize(size);
  return packed;
}

}  // namespace

std::string_view name_of(Coding coding) {
  switch (coding) {
    case Coding::gzip:
      return "gzip";
    case Coding::brotli:
      return "br";
    case Coding::identity:
      break;
  }
  return "identity";
}

Coding preferred_coding(std::string_view accept_encoding) {
  if (accept_encoding.empty()) return Coding::identity;
  const Weights weights = read_weights(accept_encoding);
  Coding best = Coding::identity;
  // Unless it is refused, identity is accepted behind all that is named.
  int best_weight = weights.of(Coding::identity).value_or(1);
  for (const Coding coding : {Coding::gzip, Coding::brotli}) {
    const int weight = weights.of(coding).value_or(0);
    if (weight == 0 || weight < best_weight) continue;
    best = coding;
    best_weight = weight;
  }
  return best;
}

bool is_worth_packing(std::string_view content_type, std::size_t size_bytes) {
  if (size_bytes < kSmallestPacked) return false;
  return content_type.starts_with("text/") || content_type.starts_with("application/") ||
         content_type.starts_with("image/svg");
}

SharedBytes pack(Coding coding, std::string_view bytes, Effort effort) {
  std::optional<std::string> packed;
  if (coding == Coding::gzip) packed = gzip(bytes, effort);
  if (coding == Coding::brotli) packed = brotli(bytes, effort);
  if (!packed || packed->size() > bytes.size() - bytes.size() / 16) return nullptr;
  packed->shrink_to_fit();
  return std::make_shared<const std::string>(std::move(*packed));
}

}  // namespace weike::http
