#include "media/captions/cue_text.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace weike::media {
namespace {

constexpr std::array<std::string_view, 5> kKeptTags{"b", "i", "u", "ruby", "rt"};
constexpr std::size_t kDeepest = 8;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = lower(c);
  return result;
}

// Where a character comes next, for a reader that only goes forward: no character is passed twice,
// however often there is nothing to find.
class NextOf {
 public:
  NextOf(std::string_view text, char wanted) : text_(text), wanted_(wanted) {}

  // The first place at or behind `from`; the size of the text if there is none.
  std::size_t at_or_behind(std::size_t from) {
    while (found_ < text_.size() && (found_ < from || text_[found_] != wanted_)) {
      ++found_;
      ++looked_at_;
    }
    return found_;
  }
  std::size_t looked_at() const { return looked_at_; }

 private:
  std::string_view text_;
  char wanted_;
  std::size_t found_ = 0;
  std::size_t looked_at_ = 0;
};

// Written text: reads what stands at the cursor and appends what is safe of it.
class Cleaner {
 public:
  explicit Cleaner(std::string_view text) : text_(text) {}

  std::string clean() {
    while (at_ < text_.size()) {
      if (take_tag() || take_override() || take_entity()) continue;
      put(text_[at_++]);
    }
    while (!open_.empty()) close_innermost();
    return has_letters_ ? std::move(out_) : std::string();
  }

  std::size_t looked_at() const {
    return looked_at_ + next_end_.looked_at() + next_brace_.looked_at() + next_colon_.looked_at();
  }

 private:
  std::string_view rest() const { return text_.substr(at_); }

  // "<b>", "</b>", "<c.red>", "<font color=…>", "<!-- -->", "<00:01.000>"; but not "1 < 2".
  bool take_tag() {
    if (text_[at_] != '<' || at_ + 1 == text_.size()) return false;
    const char next = text_[at_ + 1];
    if (!is_letter(next) && !is_digit(next) && next != '/' && next != '!') return false;
    const auto end = next_end_.at_or_behind(at_);
    if (end == text_.size()) return false;
    if (is_digit(next) && next_colon_.at_or_behind(at_) > end) return false;
    auto inside = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    const bool is_closing = inside.starts_with('/');
    if (is_closing) inside.remove_prefix(1);
    const auto name =
        lower(inside.substr(0, std::min(inside.find_first_of(". \t\n/"), inside.size())));
    if (is_closing) {
      close(name);
    } else if (name == "script" || name == "style") {
      skip_to_end_of(name);
    } else {
      open(name);
    }
    return true;
  }

  // Positions and the like in SubRip files that once were ASS: "{\\an8}".
  bool take_override() {
    if (!rest().starts_with("{\\")) return false;
    const auto end = next_brace_.at_or_behind(at_);
    if (end == text_.size()) return false;
    at_ = end + 1;
    return true;
  }

  bool take_entity() {
    constexpr std::pair<std::string_view, std::string_view> kEntities[] = {
        {"&amp;", "&"},       {"&lt;", "<"},       {"&gt;", ">"},       {"&quot;", "\""},
        {"&nbsp;", "\u00a0"}, {"&lrm;", "\u200e"}, {"&rlm;", "\u200f"},
    };
    for (const auto& [entity, character] : kEntities) {
      if (!rest().starts_with(entity)) continue;
      for (const char c : character) put(c);
      at_ += entity.size();
      return true;
    }
    return false;
  }

  void put(char c) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '\t') c = ' ';
    if (c == ' ' && (out_.empty() || out_.ends_with('\n'))) return;  // Lines are not indented.
    if (c == '\n') {
      end_line();
    } else if (code >= 0x20 && code != 0x7f) {
      if (c != ' ') has_letters_ = true;
      if (c == '&') {
        out_ += "&amp;";
      } else if (c == '<') {
        out_ += "&lt;";
      } else if (c == '>') {
        out_ += "&gt;";  // "-->" too, which would begin another cue.
      } else {
        out_ += c;
      }
    }
  }

  // Never two line feeds in a row, which would end the cue.
  void end_line() {
    while (out_.ends_with(' ')) out_.pop_back();
    if (!out_.empty() && !out_.ends_with('\n')) out_ += '\n';
  }

  void open(const std::string& name) {
    const bool is_kept = std::find(kKeptTags.begin(), kKeptTags.end(), name) != kKeptTags.end();
    const bool is_in_place = name != "rt" || (!open_.empty() && open_.back() == "ruby");
    if (!is_kept || !is_in_place || open_.size() == kDeepest) return;
    open_.push_back(name);
    out_ += "<" + name + ">";
  }

  void close(const std::string& name) {
    if (std::find(open_.begin(), open_.end(), name) == open_.end()) return;
    while (open_.back() != name) close_innermost();
    close_innermost();
  }

  void close_innermost() {
    out_ += "</" + open_.back() + ">";
    open_.pop_back();
  }

  void skip_to_end_of(const std::string& name) {
    const auto end_tag = "</" + name;
    const auto from = text_.begin() + static_cast<std::ptrdiff_t>(at_);
    const auto end = std::search(from, text_.end(), end_tag.begin(), end_tag.end(),
                                 [](char left, char right) { return lower(left) == right; });
    looked_at_ += static_cast<std::size_t>(end - from);
    at_ += static_cast<std::size_t>(end - from);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  NextOf next_end_{text_, '>'};
  NextOf next_brace_{text_, '}'};
  NextOf next_colon_{text_, ':'};
  std::size_t looked_at_ = 0;  // In searches for the ends of scripts and styles.
  std::string out_;
  std::vector<std::string> open_;
  bool has_letters_ = false;
};

}  // namespace

std::string safe_cue_text(std::string_view text, std::size_t* looked_at) {
  Cleaner cleaner(text);
  std::string clean = cleaner.clean();
  if (looked_at) *looked_at += cleaner.looked_at();
  while (clean.ends_with('\n') || clean.ends_with(' ')) clean.pop_back();
  return clean;
}

}  // namespace weike::media
