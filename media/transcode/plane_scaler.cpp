#include "media/transcode/plane_scaler.hpp"

#include <algorithm>
#include <cstring>

#ifdef __x86_64__
#ifndef __clang__  // GCC bug 105593: its own header's values that are undefined on purpose.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>
#endif

namespace weike::media {
namespace {

constexpr int kSixteen = 16;
constexpr int kVectorBytes = 64;
constexpr int kBlend = 32;  // Samples of a row that are made at once.
constexpr int kFewestPairs = 3;

}  // namespace

#ifdef __x86_64__

#define WEIKE_AVX512 \
  __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vnni"), flatten))

bool PlaneScaler::suits(PlaneSize from, PlaneSize to) {
  static const bool kHasInstructions =
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vnni");
  const auto is_fine = [](int whole, int part) {
    return part > 0 && part <= whole && whole <= 2 * part && whole >= 2 * kMostPairs;
  };
  return kHasInstructions && is_fine(from.width, to.width) && is_fine(from.height, to.height);
}

PlaneScaler::PlaneScaler(PlaneSize from, PlaneSize to)
    : from_(from), to_(to), lines_(from.height, to.height) {
  const BicubicTaps columns(from.width, to.width);
  for (int begin = 0; begin < to.width; begin += kSixteen)
    sixteens_.push_back(sixteen_at(columns, begin));
  pairs_ = std::max({kFewestPairs, columns.count / 2, lines_.count / 2});
  stride_ = std::ptrdiff_t{(to.width + kBlend - 1) / kBlend} * kBlend;
  rows_.resize(static_cast<std::size_t>(stride_ * kRowsKept));
}

PlaneScaler::Sixteen PlaneScaler::sixteen_at(const BicubicTaps& columns, int begin) const {
  Sixteen made;
  made.first = columns.first[static_cast<std::size_t>(begin)];
  const int exist = std::min(kVectorBytes, from_.width - made.first);
  made.mask = ~std::uint64_t{0} >> (kVectorBytes - exist);
  const auto first_column = static_cast<std::size_t>(begin);
  const auto end = static_cast<std::size_t>(std::min(kSixteen, to_.width - begin));
  const auto taps = static_cast<std::size_t>(columns.count);
  for (std::size_t i = 0; i < end; ++i) {
    const std::size_t column = first_column + i;
    const int first_place = columns.first[column] - made.first;
    for (std::size_t tap = 0; tap < taps; ++tap) {
      const std::size_t pair = tap / 2;
      const std::size_t lane = 2 * i + tap % 2;
      // The byte becomes the lower half of the word; the upper one is zero.
      made.places[pair][2 * lane] = static_cast<std::uint8_t>(first_place + static_cast<int>(tap));
      made.weights[pair][lane] = columns.weights[column * taps + tap];
    }
  }
  return made;
}

// Makes some rows narrow, all at once, so that places and weights are loaded once for all.
template <int kPairs>
WEIKE_AVX512 void PlaneScaler::narrow(const std::array<const std::uint8_t*, kRowsAtOnce>& from,
                                      std::ptrdiff_t to_coming, int row) {
  constexpr __mmask64 kLowerHalves = 0x5555'5555'5555'5555;
  constexpr int kToFifteenBits = 7;
  const __m512i half = _mm512_set1_epi32(1 << (kToFifteenBits - 1));
  std::array<std::int16_t*, kRowsAtOnce> to;
  for (int i = 0; i < kRowsAtOnce; ++i) to[static_cast<std::size_t>(i)] = kept(row + i);
  std::ptrdiff_t at = 0;
  for (const Sixteen& sixteen : sixteens_) {
    __m512i bytes[kRowsAtOnce];
    __m512i sums[kRowsAtOnce];
#pragma GCC unroll 8
    for (std::size_t i = 0; i < kRowsAtOnce; ++i) {
      bytes[i] = _mm512_maskz_loadu_epi8(sixteen.mask, from[i] + sixteen.first);
      // The picture comes from another core. Pages are small for what fetches ahead by itself.
      _mm_prefetch(from[i] + sixteen.first + to_coming, _MM_HINT_T0);
      sums[i] = half;
    }
#pragma GCC unroll 8
    for (std::size_t pair = 0; pair < kPairs; ++pair) {
      const __m512i places = _mm512_loadu_si512(sixteen.places[pair].data());
      const __m512i weights = _mm512_loadu_si512(sixteen.weights[pair].data());
#pragma GCC unroll 8
      for (std::size_t i = 0; i < kRowsAtOnce; ++i) {
        const __m512i words = _mm512_maskz_permutexvar_epi8(kLowerHalves, places, bytes[i]);
        sums[i] = _mm512_dpwssd_epi32(sums[i], words, weights);
      }
    }
#pragma GCC unroll 8
    for (std::size_t i = 0; i < kRowsAtOnce; ++i) {
      const __m256i narrowed = _mm512_cvtsepi32_epi16(_mm512_srai_epi32(sums[i], kToFifteenBits));
      std::memcpy(to[i] + at, &narrowed, sizeof narrowed);
    }
    at += kSixteen;
  }
}

// Makes one row of the result.
template <int kPairs>
WEIKE_AVX512 void PlaneScaler::flatten(int row, std::uint8_t* to) {
  constexpr int kToBytes = 21;  // Fifteen bits times a weight of fourteen.
  const __m512i half = _mm512_set1_epi32(1 << (kToBytes - 1));
  const int first = lines_.first[static_cast<std::size_t>(row)];
  const std::int16_t* row_weights = lines_.weights.data() + std::ptrdiff_t{row} * lines_.count;
  std::array<const std::int16_t*, std::size_t{2} * kPairs> rows;
  __m512i weights[kPairs];
  for (int pair = 0; pair < kPairs; ++pair) {
    // There may be fewer taps down than across.
    const bool is_there = 2 * pair < lines_.count;
    std::int32_t both = 0;
    if (is_there) std::memcpy(&both, row_weights + std::ptrdiff_t{2} * pair, sizeof both);
    weights[pair] = _mm512_set1_epi32(both);
    for (int i = 2 * pair; i < 2 * pair + 2; ++i)
      rows[static_cast<std::size_t>(i)] = kept(is_there ? first + i : first);
  }
  for (int x = 0; x < to_.width; x += kBlend) {
    __m512i low = half;
    __m512i high = half;
#pragma GCC unroll 8
    for (std::size_t pair = 0; pair < kPairs; ++pair) {
      const __m512i upper = _mm512_loadu_si512(rows[2 * pair] + x);
      const __m512i lower = _mm512_loadu_si512(rows[2 * pair + 1] + x);
      low = _mm512_dpwssd_epi32(low, _mm512_unpacklo_epi16(upper, lower), weights[pair]);
      high = _mm512_dpwssd_epi32(high, _mm512_unpackhi_epi16(upper, lower), weights[pair]);
    }
    const __m512i words =
        _mm512_packs_epi32(_mm512_srai_epi32(low, kToBytes), _mm512_srai_epi32(high, kToBytes));
    const __m256i bytes = _mm512_cvtusepi16_epi8(_mm512_max_epi16(words, _mm512_setzero_si512()));
    const int exist = std::min(kBlend, to_.width - x);
    _mm256_mask_storeu_epi8(to + x, ~std::uint32_t{0} >> (kBlend - exist), bytes);
  }
}

template <int kPairs>
void PlaneScaler::scale_with(const std::uint8_t* from, std::ptrdiff_t from_stride, std::uint8_t* to,
                             std::ptrdiff_t to_stride) {
  int narrowed = 0;
  for (int row = 0; row < to_.height; ++row) {
    const int end = lines_.first[static_cast<std::size_t>(row)] + lines_.count;
    for (; narrowed < end; narrowed += kRowsAtOnce) {
      std::array<const std::uint8_t*, kRowsAtOnce> rows;
      for (int i = 0; i < kRowsAtOnce; ++i)  // Below the last one nothing is looked at.
        rows[static_cast<std::size_t>(i)] =
            from + std::min(narrowed + i, from_.height - 1) * from_stride;
      const bool is_last = narrowed + 2 * kRowsAtOnce > from_.height;
      narrow<kPairs>(rows, is_last ? 0 : kRowsAtOnce * from_stride, narrowed);
    }
    flatten<kPairs>(row, to + row * to_stride);
  }
}

void PlaneScaler::scale(const std::uint8_t* from, std::ptrdiff_t from_stride, std::uint8_t* to,
                        std::ptrdiff_t to_stride) {
  pairs_ == kFewestPairs ? scale_with<kFewestPairs>(from, from_stride, to, to_stride)
                         : scale_with<kMostPairs>(from, from_stride, to, to_stride);
}

#else

bool PlaneScaler::suits(PlaneSize, PlaneSize) { return false; }
PlaneScaler::PlaneScaler(PlaneSize from, PlaneSize to)
    : from_(from), to_(to), lines_(from.height, to.height) {}
void PlaneScaler::scale(const std::uint8_t*, std::ptrdiff_t, std::uint8_t*, std::ptrdiff_t) {}

#endif

}  // namespace weike::media
