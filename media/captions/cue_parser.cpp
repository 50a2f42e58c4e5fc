#include "media/captions/cue_parser.hpp"

#include <algorithm>
#include <optional>

namespace weike::media {
namespace {

constexpr std::string_view kArrow = "-->";

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\f\x1a";
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

// Lines end with CR LF, LF or CR.
std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of("\r\n"), text.size());
    lines.push_back(trimmed(text.substr(0, end)));
    const bool is_pair = text.substr(end).starts_with("\r\n");
    text.remove_prefix(std::min(end + (is_pair ? 2 : 1), text.size()));
  }
  return lines;
}

bool is_number(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<std::int64_t> number_of(std::string_view text, std::size_t max_digits) {
  if (!is_number(text) || text.size() > max_digits) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : text) value = value * 10 + (c - '0');
  return value;
}

// What stands before the last `separator`, and behind it.
std::optional<std::int64_t> take_last(std::string_view& text, char separator,
                                      std::size_t max_digits) {
  const auto at = text.rfind(separator);
  const auto value = number_of(text.substr(at == std::string_view::npos ? 0 : at + 1), max_digits);
  text = text.substr(0, at == std::string_view::npos ? 0 : at);
  return value;
}

// "00:01:02,500", "01:02.500", "1:02:03", with a sign or without.
std::optional<std::int64_t> time_of(std::string_view text) {
  const bool is_negative = text.starts_with('-');
  if (is_negative) text.remove_prefix(1);
  std::int64_t milliseconds = 0;
  if (const auto point = text.find_first_of(".,"); point != std::string_view::npos) {
    const auto fraction = text.substr(point + 1);
    const auto value = number_of(fraction, 3);
    if (!value) return std::nullopt;
    milliseconds = *value;
    for (auto digits = fraction.size(); digits < 3; ++digits) milliseconds *= 10;
    text = text.substr(0, point);
  }
  const auto seconds = take_last(text, ':', 2);
  const auto minutes = take_last(text, ':', 2);
  const auto hours = text.empty() ? std::optional<std::int64_t>(0) : number_of(text, 4);
  if (!seconds || !minutes || !hours || *seconds > 59 || *minutes > 59) return std::nullopt;
  const auto value = ((*hours * 60 + *minutes) * 60 + *seconds) * 1000 + milliseconds;
  return is_negative ? -value : value;
}

// "begin --> end settings".
std::optional<Cue> timing_of(std::string_view line) {
  const auto arrow = line.find(kArrow);
  const auto begin = time_of(trimmed(line.substr(0, arrow)));
  const auto behind = trimmed(line.substr(arrow + kArrow.size()));
  const auto end = time_of(behind.substr(0, behind.find_first_of(" \t")));
  if (!begin || !end) return std::nullopt;
  return Cue{*begin, *end, {}};
}

bool has_arrow(std::string_view line) { return line.find(kArrow) != std::string_view::npos; }

// An arrow may stand in the text of SubRip; a time begins with a digit, or with a sign and a digit.
bool has_time_before_arrow(std::string_view line) {
  if (!has_arrow(line)) return false;
  if (line.front() == '-') line.remove_prefix(1);
  return line.front() >= '0' && line.front() <= '9';
}

bool begins_block(std::string_view line, std::string_view word) {
  return line.starts_with(word) &&
         (line.size() == word.size() || line[word.size()] == ' ' || line[word.size()] == '\t');
}

bool is_left_out(std::string_view line) {
  return begins_block(line, "NOTE") || begins_block(line, "STYLE") || begins_block(line, "REGION");
}

class Parser {
 public:
  Parser(std::vector<std::string_view> lines, std::size_t max_cues)
      : lines_(std::move(lines)), max_cues_(max_cues) {}

  Result<std::vector<Cue>> parse() {
    is_vtt_ = !lines_.empty() && begins_block(lines_.front(), "WEBVTT");
    if (is_vtt_) skip_block();
    while (at_ < lines_.size()) {
      if (is_timing(lines_[at_])) {
        if (++timings_ > max_cues_)
          return Error{ErrorCode::invalid_argument, "too many cues", "captions_too_many"};
        take_cue();
      } else if (is_vtt_ && is_left_out(lines_[at_])) {
        while (at_ < lines_.size() && !lines_[at_].empty()) ++at_;
      } else {
        take_other_line();
      }
    }
    if (timings_ == 0)
      return Error{ErrorCode::invalid_argument, "neither SubRip nor WebVTT", "captions_format"};
    return std::move(cues_);
  }

 private:
  // In WebVTT no text holds an arrow (4.1 there).
  bool is_timing(std::string_view line) const {
    return is_vtt_ ? has_arrow(line) : has_time_before_arrow(line);
  }

  // The head of a WebVTT file ends with an empty line, or with its first cue.
  void skip_block() {
    while (at_ < lines_.size() && !lines_[at_].empty() && !is_timing(lines_[at_])) ++at_;
  }

  void take_cue() {
    auto cue = timing_of(lines_[at_++]);
    is_in_cue_ = cue.has_value();
    if (cue) cues_.push_back(std::move(*cue));
    while (at_ < lines_.size() && !lines_[at_].empty() && !is_name_of_next(at_)) add_text();
  }

  // Numbers and names of cues, empty lines; and in SubRip, text behind an empty line within a cue.
  void take_other_line() {
    const bool is_text = !is_vtt_ && !lines_[at_].empty() && !is_name_of_next(at_);
    if (is_text) {
      add_text();
    } else {
      ++at_;
    }
  }

  // The line is a timing, or a number in front of one.
  bool is_name_of_next(std::size_t line) const {
    if (is_timing(lines_[line])) return true;
    const bool is_before_timing = line + 1 < lines_.size() && is_timing(lines_[line + 1]);
    return is_before_timing && is_number(lines_[line]);
  }

  void add_text() {
    if (is_in_cue_) cues_.back().text.append(lines_[at_]).append("\n");
    ++at_;
  }

  std::vector<std::string_view> lines_;
  std::size_t max_cues_;
  std::vector<Cue> cues_;
  std::size_t at_ = 0;
  std::size_t timings_ = 0;
  bool is_vtt_ = false;
  bool is_in_cue_ = false;  // The last cue is the one whose text goes on.
};

}  // namespace

Result<std::vector<Cue>> parse_cues(std::string_view text, std::size_t max_cues) {
  return Parser(lines_of(text), max_cues).parse();
}

}  // namespace weike::media
