#include "server/log/access_log.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <utility>

namespace weike::server {
namespace {

constexpr std::size_t kMaxWaitingBytes = 4 * 1024 * 1024;
constexpr std::string_view kMedia = "/media/";

void append_number(std::string& line, std::uint64_t number) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  line.append(digits.data(), end);
}

// A signed media path opens its film for hours: the log keeps the asset and the file, not the
// token.
void append_target(std::string& line, std::string_view target) {
  const std::size_t token =
      target.starts_with(kMedia) ? target.find('/', kMedia.size()) : std::string_view::npos;
  if (token == std::string_view::npos) return append_field(line, "target", target);
  std::string shown(target.substr(0, token + 1));
  shown += '-';
  const std::size_t file = target.find('/', token + 1);
  if (file != std::string_view::npos) shown += target.substr(file);
  append_field(line, "target", shown);
}

}  // namespace

void AccessLog::append_time() {
  const auto now = std::chrono::system_clock::now();
  const std::time_t second = std::chrono::system_clock::to_time_t(now);
  if (second != second_) {
    second_ = second;
    std::tm parts{};
    gmtime_r(&second, &parts);
    std::array<char, 32> text{};
    second_text_.assign(text.data(),
                        std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S.", &parts));
  }
  lines_ += second_text_;
  const auto since = now.time_since_epoch();
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(since).count() % 1000;
  for (const auto unit : {100, 10, 1}) lines_.push_back(static_cast<char>('0' + ms / unit % 10));
}

void AccessLog::add(const ReplyRecord& record) {
  if (!log_.is_on(LogLevel::info)) return;
  const std::lock_guard lock(mutex_);
  if (lines_.size() > kMaxWaitingBytes) {
    ++dropped_;
    return;
  }
  append_time();
  lines_ += "Z level=info event=request request_id=";
  lines_ += record.request_id;
  lines_ += " method=";
  lines_ += http::name_of(record.method);
  lines_.push_back(' ');
  append_target(lines_, record.target);
  lines_ += " status=";
  append_number(lines_, static_cast<std::uint64_t>(record.status));
  lines_ += " bytes=";
  append_number(lines_, record.body_bytes);
  lines_ += " us=";
  append_number(lines_, static_cast<std::uint64_t>(record.duration.count()));
  lines_ += " peer=";
  lines_ += record.peer;
  lines_ += record.lane == Lane::hot ? " lane=hot\n" : " lane=handler\n";
}

void AccessLog::flush() {
  std::string lines;
  std::uint64_t dropped = 0;
  {
    const std::lock_guard lock(mutex_);
    lines = std::exchange(lines_, {});
    dropped = std::exchange(dropped_, 0);
  }
  if (!lines.empty()) log_.write_lines(lines);
  if (dropped > 0) log_.warning("access_log_overflow", {{"dropped", std::to_string(dropped)}});
}

}  // namespace weike::server
