#pragma once

#include "model/error.hpp"

#include <initializer_list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace spdlog {
class logger;  // NOLINT(readability-identifier-naming): the name is theirs.
}

namespace weike::server {

enum class LogLevel { debug, info, warning, error };

struct LogOptions {
  LogLevel level = LogLevel::info;
  std::string file;  // Empty: standard error.
};

// One line an event: time, level, event=…, then key=value pairs; values with odd characters are
// quoted, so that no outside bytes can fake a line. Threads may share it.
class Log {
 public:
  using Field = std::pair<std::string_view, std::string_view>;

  // `unavailable` when the file cannot be opened.
  static Result<Log> open(const LogOptions& options);

  void write(LogLevel level, std::string_view event,
             std::initializer_list<Field> fields = {}) const;
  void info(std::string_view event, std::initializer_list<Field> fields = {}) const {
    write(LogLevel::info, event, fields);
  }
  void warning(std::string_view event, std::initializer_list<Field> fields = {}) const {
    write(LogLevel::warning, event, fields);
  }
  void error(std::string_view event, std::initializer_list<Field> fields = {}) const {
    write(LogLevel::error, event, fields);
  }
  // Finished lines, each with its line feed, as they are; what the file does not take is lost.
  void write_lines(std::string_view lines) const;
  bool is_on(LogLevel level) const;
  void set_level(LogLevel level) const;
  void flush() const;

 private:
  Log(std::shared_ptr<spdlog::logger> logger, std::shared_ptr<const int> lines)
      : logger_(std::move(logger)), lines_(std::move(lines)) {}

  std::shared_ptr<spdlog::logger> logger_;
  // A descriptor of the same file: finished lines need no formatting, and no copy.
  std::shared_ptr<const int> lines_;
  // Both write to one file, each by more than one call for what is long.
  std::shared_ptr<std::mutex> writing_ = std::make_shared<std::mutex>();
};

// "info" to LogLevel::info; info for a word that is none.
LogLevel log_level_of(std::string_view name);

// key=value with the value quoted and escaped if it needs to be.
void append_field(std::string& line, std::string_view key, std::string_view value);

}  // namespace weike::server
