#include "media/observe/picture_observer.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace weike::media {
namespace {

// Luma in limited range, where black is 16. Pure blue, the darkest of the full colours, has 32.
constexpr int kDark = 28;
// So much of a black picture, or of a row or column of a border, may be brighter than that.
constexpr std::int64_t kStrayPart = 50;
// Two pictures are the same if they differ by less than a quarter of a level on average and, so
// that a moving pointer is seen, by less than two levels in each tile.
constexpr std::int64_t kStillPart = 4;
constexpr std::int64_t kStillTileLevels = 2;
constexpr int kTile = 16;
// Every second row tells enough of darkness and stillness.
constexpr int kRowStep = 2;
// Spans inside a segment that are shorter are not worth a word.
constexpr std::int64_t kShortestSpanMs = 500;
// Less than this of the height or width is lit: too dark to know where the picture ends.
constexpr int kLeastLitThousandths = 300;

const std::uint8_t* row_of(const AVFrame& picture, int row) {
  return picture.data[0] + std::ptrdiff_t{row} * picture.linesize[0];
}

int bright_pixels(const std::uint8_t* row, int width) {
  int bright = 0;
  for (int x = 0; x < width; ++x) bright += row[x] > kDark ? 1 : 0;
  return bright;
}

bool is_black(const AVFrame& picture) {
  std::int64_t bright = 0;
  std::int64_t all = 0;
  for (int y = 0; y < picture.height; y += kRowStep) {
    bright += bright_pixels(row_of(picture, y), picture.width);
    all += picture.width;
    if (bright * kStrayPart > std::int64_t{picture.width} * picture.height / kRowStep) return false;
  }
  return bright * kStrayPart <= all;
}

// The sum of differences in a tile of every second row of 16.
int tile_difference(const AVFrame& a, const AVFrame& b, int top, int left) {
  const int bottom = std::min(top + kTile, a.height);
  const int right = std::min(left + kTile, a.width);
  int sum = 0;
  for (int y = top; y < bottom; y += kRowStep) {
    const std::uint8_t* row_a = row_of(a, y);
    const std::uint8_t* row_b = row_of(b, y);
    for (int x = left; x < right; ++x) sum += std::abs(int{row_a[x]} - int{row_b[x]});
  }
  return sum;
}

bool looks_the_same(const AVFrame& a, const AVFrame& b) {
  if (a.data[0] == b.data[0]) return true;
  if (a.width != b.width || a.height != b.height) return false;
  const std::int64_t pixels = std::int64_t{a.width} * ((a.height + kRowStep - 1) / kRowStep);
  std::int64_t sum = 0;
  for (int top = 0; top < a.height; top += kTile) {
    for (int left = 0; left < a.width; left += kTile) {
      const int tile = tile_difference(a, b, top, left);
      sum += tile;
      if (tile >= kStillTileLevels * kTile * kTile / kRowStep) return false;
    }
    if (sum * kStillPart >= pixels) return false;
  }
  return true;
}

// The dark ends of a line, in thousandths; nothing when too little of it is lit.
std::optional<std::pair<int, int>> dark_ends(const std::vector<bool>& is_lit) {
  const auto first = std::find(is_lit.begin(), is_lit.end(), true);
  if (first == is_lit.end()) return std::nullopt;
  const auto last = std::find(is_lit.rbegin(), is_lit.rend(), true);
  const auto part = [&](auto count) { return static_cast<int>(count * 1000 / std::ssize(is_lit)); };
  const std::pair<int, int> ends{part(first - is_lit.begin()), part(last - is_lit.rbegin())};
  if (1000 - ends.first - ends.second < kLeastLitThousandths) return std::nullopt;
  return ends;
}

}  // namespace

void PictureObserver::see(const AVFrame& picture, std::int64_t number) {
  if (looks_.empty()) {
    next_border_look_ = number;
    lit_rows_.assign(static_cast<std::size_t>(picture.height), false);
    lit_columns_.assign(static_cast<std::size_t>(picture.width), false);
  }
  Look look{number, is_black(picture), anchor_ && looks_the_same(*anchor_, picture)};
  if (!look.is_still) anchor_ = share(picture);
  looks_.push_back(look);
  if (number < next_border_look_) return;
  // Twice a second is often enough.
  next_border_look_ = number + std::max(1, plan_->gop_frames / 4);
  look_for_borders(picture);
}

void PictureObserver::look_for_borders(const AVFrame& picture) {
  const int width = std::min(picture.width, static_cast<int>(lit_columns_.size()));
  const int height = std::min(picture.height, static_cast<int>(lit_rows_.size()));
  std::vector<int> columns(static_cast<std::size_t>(width));
  for (int y = 0; y < height; ++y) {
    const std::uint8_t* row = row_of(picture, y);
    if (bright_pixels(row, width) * kStrayPart > width)
      lit_rows_[static_cast<std::size_t>(y)] = true;
    for (std::size_t x = 0; x < columns.size(); ++x) columns[x] += row[x] > kDark ? 1 : 0;
  }
  for (std::size_t x = 0; x < columns.size(); ++x) {
    if (columns[x] * kStrayPart > height) lit_columns_[x] = true;
  }
}

Observation PictureObserver::end(const Segment& segment, const SegmentSummary& summary) {
  PictureNotes notes;
  notes.frames = segment.frame_count;
  notes.damaged_frames = summary.damaged_frames;
  notes.decoded_until_ms = summary.decoded_until_ms;
  notes.black = black(segment);
  notes.frozen = frozen(segment);
  notes.borders = borders();
  looks_.clear();
  anchor_.reset();
  return {std::move(notes), std::nullopt};
}

std::int64_t PictureObserver::time_ms(std::int64_t number) const {
  const Rational rate = plan_->frame_rate;
  return (number * 1000 * rate.den + rate.num / 2) / rate.num;
}

void PictureObserver::keep(std::vector<TimeSpan>& spans, const Segment& segment, std::int64_t from,
                           std::int64_t to) const {
  const TimeSpan span{time_ms(from), time_ms(to)};
  const bool may_go_on =
      from == segment.first_frame || to == segment.first_frame + segment.frame_count;
  if (may_go_on || span.to_ms - span.from_ms >= kShortestSpanMs) spans.push_back(span);
}

std::vector<TimeSpan> PictureObserver::black(const Segment& segment) const {
  std::vector<TimeSpan> spans;
  std::optional<std::int64_t> begin;
  for (const Look& look : looks_) {
    if (look.is_black && !begin) begin = look.number;
    if (look.is_black || !begin) continue;
    keep(spans, segment, *begin, look.number);
    begin.reset();
  }
  if (begin) keep(spans, segment, *begin, segment.first_frame + segment.frame_count);
  return spans;
}

std::vector<TimeSpan> PictureObserver::frozen(const Segment& segment) const {
  std::vector<TimeSpan> spans;
  const std::int64_t end = segment.first_frame + segment.frame_count;
  for (std::size_t i = 0; i < looks_.size();) {
    // From one picture that is new to the next.
    std::size_t next = i + 1;
    while (next < looks_.size() && looks_[next].is_still) ++next;
    const std::int64_t until = next < looks_.size() ? looks_[next].number : end;
    if (until - looks_[i].number > 1) keep(spans, segment, looks_[i].number, until);
    i = next;
  }
  return spans;
}

std::optional<Borders> PictureObserver::borders() const {
  const auto rows = dark_ends(lit_rows_);
  const auto columns = dark_ends(lit_columns_);
  if (!rows || !columns) return std::nullopt;
  return Borders{columns->first, rows->first, columns->second, rows->second};
}

}  // namespace weike::media
