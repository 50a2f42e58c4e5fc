#pragma once

#include "media/transcode/bicubic_taps.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace weike::media {

struct PlaneSize {
  int width = 0;
  int height = 0;
};

// Scales a plane of bytes down, bicubic, with AVX-512: first along the rows, to 15 bits, then along
// the columns; both sums are rounded to the nearest. Belongs to one thread.
class PlaneScaler {
 public:
  // Whether this processor can, and these sizes are of the kind: neither larger nor less than half.
  static bool suits(PlaneSize from, PlaneSize to);

  // Only for what suits.
  PlaneScaler(PlaneSize from, PlaneSize to);
  void scale(const std::uint8_t* from, std::ptrdiff_t from_stride, std::uint8_t* to,
             std::ptrdiff_t to_stride);

 private:
  static constexpr int kMostPairs = 4;  // Of taps.
  static constexpr int kRowsAtOnce = 8;
  static constexpr int kRowsKept = 16;

  // What sixteen samples of a row are made of.
  struct alignas(64) Sixteen {
    // For each pair of taps: where its bytes lie, and their weights.
    std::array<std::array<std::uint8_t, 64>, kMostPairs> places{};
    std::array<std::array<std::int16_t, 32>, kMostPairs> weights{};
    int first = 0;           // The first byte that is needed,
    std::uint64_t mask = 0;  // and which of the 64 from there on exist.
  };

  template <int kPairs>
  void scale_with(const std::uint8_t* from, std::ptrdiff_t from_stride, std::uint8_t* to,
                  std::ptrdiff_t to_stride);
  template <int kPairs>
  void narrow(const std::array<const std::uint8_t*, kRowsAtOnce>& from, std::ptrdiff_t to_coming,
              int row);
  template <int kPairs>
  void flatten(int row, std::uint8_t* to);
  Sixteen sixteen_at(const BicubicTaps& columns, int begin) const;
  std::int16_t* kept(int row) { return rows_.data() + (row % kRowsKept) * stride_; }

  PlaneSize from_;
  PlaneSize to_;
  std::vector<Sixteen> sixteens_;
  BicubicTaps lines_;
  int pairs_;
  std::ptrdiff_t stride_;
  std::vector<std::int16_t> rows_;  // The last few that were narrowed.
};

}  // namespace weike::media
