#include "server/log/log.hpp"

#include <fcntl.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace weike::server {
namespace {

// Longer values are cut: a line stays readable.
constexpr std::size_t kMaxValueBytes = 2048;

spdlog::level::level_enum level_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

std::shared_ptr<spdlog::logger> make_logger(const LogOptions& options) {
  spdlog::sink_ptr sink;
  if (options.file.empty()) {
    sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  } else {
    sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(options.file);
  }
  auto logger = std::make_shared<spdlog::logger>("weike", std::move(sink));
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ level=%l %v", spdlog::pattern_time_type::utc);
  return logger;
}

// Closed with its last owner; null when it cannot be opened.
std::shared_ptr<const int> open_lines(const std::string& file) {
  constexpr int kFlags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC;
  const int descriptor = file.empty() ? ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0)
                                      : ::open(file.c_str(), kFlags, 0644);
  if (descriptor < 0) return nullptr;
  return std::shared_ptr<const int>(new int(descriptor), [](const int* owned) {
    ::close(*owned);
    delete owned;
  });
}

// What a byte asks of the value that it is in; bits, so that many bytes are joined by "or".
constexpr std::uint8_t kPlain = 0;
constexpr std::uint8_t kQuoted = 1;
constexpr std::uint8_t kEscaped = 2;

constexpr std::array<std::uint8_t, 256> byte_needs() {
  std::array<std::uint8_t, 256> needs{};
  for (std::size_t control = 0; control < 0x20; ++control) needs[control] = kEscaped;
  for (const char odd : {'\x7F', '"', '\\'}) needs[static_cast<unsigned char>(odd)] = kEscaped;
  for (const char odd : {' ', '='}) needs[static_cast<unsigned char>(odd)] = kQuoted;
  return needs;
}
constexpr std::array<std::uint8_t, 256> kNeeds = byte_needs();

// Looks at all of it, without a branch for each byte.
std::uint8_t needs_of(std::string_view text) {
  std::uint8_t needs = text.empty() ? kQuoted : kPlain;
  for (const char c : text) needs |= kNeeds[static_cast<unsigned char>(c)];
  return needs;
}

void append_escaped(std::string& line, std::string_view value) {
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      line.append({'\\', c});
    } else if (kNeeds[byte] == kEscaped) {
      constexpr std::string_view kDigits = "0123456789abcdef";
      line.append("\\x");
      line.append({kDigits[byte >> 4], kDigits[byte & 15]});
    } else {
      line.push_back(c);
    }
  }
}

}  // namespace

Result<Log> Log::open(const LogOptions& options) {
  try {
    auto logger = make_logger(options);
    logger->set_level(level_of(options.level));
    logger->flush_on(spdlog::level::info);
    auto lines = open_lines(options.file);
    if (!lines) return Error{ErrorCode::unavailable, "cannot open the log twice"};
    return Log(std::move(logger), std::move(lines));
  } catch (const spdlog::spdlog_ex& failure) {
    return Error{ErrorCode::unavailable, failure.what()};
  }
}

void Log::write(LogLevel level, std::string_view event, std::initializer_list<Field> fields) const {
  if (!is_on(level)) return;
  std::string line;
  append_field(line, "event", event);
  for (const auto& [key, value] : fields) {
    line.push_back(' ');
    append_field(line, key, value);
  }
  const std::lock_guard lock(*writing_);
  logger_->log(level_of(level), spdlog::string_view_t(line.data(), line.size()));
}

void Log::write_lines(std::string_view lines) const {
  const std::lock_guard lock(*writing_);
  while (!lines.empty()) {
    const ssize_t written = ::write(*lines_, lines.data(), lines.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return;
    lines.remove_prefix(static_cast<std::size_t>(written));
  }
}

bool Log::is_on(LogLevel level) const { return logger_->should_log(level_of(level)); }

void Log::set_level(LogLevel level) const { logger_->set_level(level_of(level)); }

void Log::flush() const { logger_->flush(); }

LogLevel log_level_of(std::string_view name) {
  if (name == "debug") return LogLevel::debug;
  if (name == "warning") return LogLevel::warning;
  if (name == "error") return LogLevel::error;
  return LogLevel::info;
}

void append_field(std::string& line, std::string_view key, std::string_view value) {
  line.append(key).push_back('=');
  value = value.substr(0, kMaxValueBytes);
  const std::uint8_t needs = needs_of(value);
  if (needs != kPlain) line.push_back('"');
  if ((needs & kEscaped) != 0) {
    append_escaped(line, value);
  } else {
    line.append(value);
  }
  if (needs != kPlain) line.push_back('"');
}

}  // namespace weike::server
