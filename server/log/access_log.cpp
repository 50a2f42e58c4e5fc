#include "server/log/access_log.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <ctime>
#include <utility>

namespace weike::server {
namespace {

constexpr std::string_view kMedia = "/media/";
// The longest line: a target of 2 KB, each byte escaped, and the other fields.
constexpr std::size_t kMaxLineBytes = std::size_t{12} * 1024;
constexpr std::chrono::milliseconds kWriteInterval{250};
constexpr std::size_t kWriteBytes = std::size_t{128} * 1024;
// A thread that finds its buffer taken tries so often; the writer only swaps two strings there.
constexpr int kMaxTries = 1000;

void append_number(std::string& line, std::uint64_t number) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  line.append(digits.data(), end);
}

// Gives a buffer back, also when there was no memory for a line.
class Release {
 public:
  explicit Release(std::atomic_flag& flag) : flag_(flag) {}
  ~Release() { flag_.clear(std::memory_order_release); }
  Release(const Release&) = delete;
  Release& operator=(const Release&) = delete;

 private:
  std::atomic_flag& flag_;
};

bool take(std::atomic_flag& flag) {
  for (int tries = 0; tries < kMaxTries; ++tries) {
    if (!flag.test_and_set(std::memory_order_acquire)) return true;
  }
  return false;
}

}  // namespace

void AccessLog::add(const ReplyRecord& record) {
  if (!log_.is_on(LogLevel::info)) return;
  Slot& slot = slots_[thread_slot()];
  if (!take(slot.is_busy)) {
    dropped_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  bool is_urgent = false;
  {
    const Release release(slot.is_busy);
    const bool is_sampled = slot.seen++ % options_.sample == 0 || record.status >= 400;
    const std::size_t before = slot.lines.size();
    if (is_sampled && before < options_.buffer_bytes) {
      append_line(slot, record);
    } else if (is_sampled) {
      dropped_.fetch_add(1, std::memory_order_relaxed);
    }
    // Early: what is written soon is still in the core's cache.
    const std::size_t full = std::min(kWriteBytes, options_.buffer_bytes / 2);
    is_urgent = before < full && slot.lines.size() >= full;
  }
  if (is_urgent) wake_.notify_one();
}

void AccessLog::append_line(Slot& slot, const ReplyRecord& record) {
  std::string& line = slot.lines;
  if (!slot.is_used.load(std::memory_order_relaxed)) {
    line.reserve(options_.buffer_bytes + kMaxLineBytes);
    slot.written.reserve(options_.buffer_bytes + kMaxLineBytes);
    slot.is_used.store(true, std::memory_order_relaxed);
  }
  append_time(slot);
  line += "Z level=info event=request request_id=";
  line += record.request_id;
  line += " method=";
  line += http::name_of(record.method);
  line.push_back(' ');
  append_target(slot, record.target);
  line += " status=";
  append_number(line, static_cast<std::uint64_t>(record.status));
  line += " bytes=";
  append_number(line, record.body_bytes);
  line += " us=";
  append_number(line, static_cast<std::uint64_t>(record.duration.count()));
  line += " peer=";
  line += record.peer;
  line += record.lane == Lane::hot ? " lane=hot\n" : " lane=handler\n";
}

void AccessLog::append_time(Slot& slot) {
  timespec now{};
  // As of the kernel's last tick: some milliseconds do not matter here, the cost does.
  ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
  const std::time_t second = now.tv_sec;
  if (second != slot.second) {
    slot.second = second;
    std::tm parts{};
    gmtime_r(&second, &parts);
    std::array<char, 32> text{};
    slot.second_text.assign(text.data(),
                            std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S.", &parts));
  }
  slot.lines += slot.second_text;
  const long ms = now.tv_nsec / 1'000'000;
  for (const auto unit : {100, 10, 1})
    slot.lines.push_back(static_cast<char>('0' + ms / unit % 10));
}

// A signed media path opens its film for hours: the log keeps the asset and the file, not the
// token.
void AccessLog::append_target(Slot& slot, std::string_view target) {
  const std::size_t token =
      target.starts_with(kMedia) ? target.find('/', kMedia.size()) : std::string_view::npos;
  if (token == std::string_view::npos) return append_field(slot.lines, "target", target);
  slot.shown.assign(target.substr(0, token + 1));
  slot.shown += '-';
  const std::size_t file = target.find('/', token + 1);
  if (file != std::string_view::npos) slot.shown += target.substr(file);
  append_field(slot.lines, "target", slot.shown);
}

void AccessLog::start() {
  thread_ = std::thread([this] { run(); });
}

void AccessLog::stop() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  wake_.notify_one();
  if (!thread_.joinable()) return;
  thread_.join();
  flush();
}

void AccessLog::run() {
  while (true) {
    {
      std::unique_lock lock(mutex_);
      // Nobody holds the mutex to wake it: a wake-up that is missed costs one interval.
      wake_.wait_for(lock, kWriteInterval);
      if (is_stopping_) return;
    }
    flush();
  }
}

void AccessLog::flush() {
  for (Slot& slot : slots_) {
    if (!slot.is_used.load(std::memory_order_relaxed)) continue;
    while (!take(slot.is_busy)) std::this_thread::yield();
    slot.lines.swap(slot.written);
    slot.is_busy.clear(std::memory_order_release);
    if (!slot.written.empty()) log_.write_lines(slot.written);
    slot.written.clear();
  }
  const std::uint64_t dropped = this->dropped();
  if (dropped == told_) return;
  log_.warning("access_log_overflow", {{"dropped", std::to_string(dropped - told_)}});
  told_ = dropped;
}

}  // namespace weike::server
