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

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

// Written text: reads what stands at the cursor and appends what is safe of it.
class Cleaner {
 public:
  explicit Cleaner(std::string_view text) : rest_(text) {}

  std::string clean() {
    while (!rest_.empty()) {
      if (take_tag() || take_override() || take_entity()) continue;
      put(rest_.front());
      rest_.remove_prefix(1);
    }
    while (!open_.empty()) close_innermost();
    return has_letters_ ? std::move(out_) : std::string();
  }

 private:
  // "<b>", "</b>", "<c.red>", "<font color=…>", "<!-- -->", "<00:01.000>"; but not "1 < 2".
  bool take_tag() {
    if (!rest_.starts_with('<') || rest_.size() < 2) return false;
    const char next = rest_[1];
    if (!is_letter(next) && !is_digit(next) && next != '/' && next != '!') return false;
    const auto end = rest_.find('>');
    if (end == std::string_view::npos) return false;
    auto inside = rest_.substr(1, end - 1);
    if (is_digit(next) && inside.find(':') == std::string_view::npos) return false;
    rest_.remove_prefix(end + 1);
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

  // Positions and the like in SubRip files that once were ASS: "{\an8}".
  bool take_override() {
    if (!rest_.starts_with("{\\")) return false;
    const auto end = rest_.find('}');
    if (end == std::string_view::npos) return false;
    rest_.remove_prefix(end + 1);
    return true;
  }

  bool take_entity() {
    constexpr std::pair<std::string_view, std::string_view> kEntities[] = {
        {"&amp;", "&"},       {"&lt;", "<"},       {"&gt;", ">"},       {"&quot;", "\""},
        {"&nbsp;", "\u00a0"}, {"&lrm;", "\u200e"}, {"&rlm;", "\u200f"},
    };
    for (const auto& [entity, character] : kEntities) {
      if (!rest_.starts_with(entity)) continue;
      for (const char c : character) put(c);
      rest_.remove_prefix(entity.size());
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
    const auto end = lower(rest_).find("</" + name);
    rest_.remove_prefix(std::min(end, rest_.size()));
  }

  std::string_view rest_;
  std::string out_;
  std::vector<std::string> open_;
  bool has_letters_ = false;
};

}  // namespace

std::string safe_cue_text(std::string_view text) {
  std::string clean = Cleaner(text).clean();
  while (clean.ends_with('\n') || clean.ends_with(' ')) clean.pop_back();
  return clean;
}

}  // namespace weike::media
