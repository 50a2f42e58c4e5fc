#include "media/sandbox/sandboxed_worker.hpp"

#include "media/sandbox/child.hpp"
#include "media/sandbox/child_process.hpp"
#include "media/sandbox/expectation.hpp"
#include "media/sandbox/frame.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>

namespace weike::media {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

// How often a call looks at its flags: who waits for a seek waits for the others to stand still.
constexpr std::chrono::milliseconds kTurn{25};
// How long a child may take to end after its last word.
constexpr std::chrono::milliseconds kPatience{2000};

Error child_error(const char* reason, std::string message) {
  return {ErrorCode::internal, std::move(message), reason};
}

// CPU time the work may take: some ten times what it needs on a slow core, where a second of video
// takes a second to decode and four to make into all rungs. Decoding may have to begin at the start
// of the source when that has one key frame only.
std::uint64_t cpu_seconds_for(const Task& task) {
  constexpr std::uint64_t kStart = 60;
  constexpr std::int64_t kToDecode = 10;
  constexpr std::int64_t kToMake = 40;
  constexpr std::uint64_t kMostCoverSeconds = 60;  // Of the source, for covers.
  if (const auto* segments = std::get_if<SegmentsTask>(&task)) {
    const auto& plan = segments->plan;
    std::int64_t before = 0;
    std::int64_t inside = 0;
    for (const auto& segment : plan.segments) {
      if (segment.number < segments->first_segment) before += segment.frame_count;
      const bool is_inside =
          segment.number >= segments->first_segment && segment.number <= segments->last_segment;
      if (is_inside) inside += segment.frame_count;
    }
    const double rate = std::max(1.0, plan.frame_rate.value());
    return kStart + static_cast<std::uint64_t>(
                        static_cast<double>(kToDecode * before + kToMake * inside) / rate);
  }
  if (std::holds_alternative<ImagesTask>(task)) return kStart + kToDecode * kMostCoverSeconds;
  return 2 * kStart;
}

// How long the child may live.
std::chrono::seconds wall_limit_for(const Task& task, const SandboxOptions& options) {
  constexpr std::int64_t kUsualSegments = 4;
  const auto* segments = std::get_if<SegmentsTask>(&task);
  if (segments == nullptr) return options.wall_limit;
  const std::int64_t count = segments->last_segment - segments->first_segment + 1;
  return options.wall_limit * std::max(count, kUsualSegments) / kUsualSegments;
}

// One child's life as its supervisor sees it.
class Supervision {
 public:
  Supervision(ChildProcess& child, const Task& task, OutputSink& sink, const TaskControl& control,
              const SandboxOptions& options)
      : child_(child),
        expectation_(task),
        sink_(sink),
        control_(control),
        options_(options),
        deadline_(std::chrono::steady_clock::now() + wall_limit_for(task, options)) {}

  Result<nlohmann::json> run() {
    std::vector<std::byte> buffer(std::size_t{256} << 10);
    while (!last_word_) {
      follow_pause();
      if (auto broken = check_limits()) return give_up(std::move(*broken));
      if (child_.wait(kTurn) == ChildProcess::Wait::timed_out) continue;
      const auto got = child_.read(buffer);
      if (got == 0) break;
      reader_.feed(std::span(buffer).first(got));
      if (auto taken = take_frames(); !taken) return give_up(taken.error());
    }
    if (is_paused_) child_.resume();  // All its work came through before it stood still.
    const auto end = child_.reap(kPatience);
    return last_word_ ? std::move(*last_word_) : Result<nlohmann::json>(error_of(end));
  }

 private:
  // A child that stands still is not late: its limits move along.
  void follow_pause() {
    const auto now = std::chrono::steady_clock::now();
    if (is_paused_) {
      deadline_ += now - last_turn_;
      last_sign_ += now - last_turn_;
    }
    last_turn_ = now;
    if (control_.is_paused == is_paused_) return;
    is_paused_ = !is_paused_;
    is_paused_ ? child_.pause() : child_.resume();
  }

  std::optional<Error> check_limits() const {
    if (control_.stop) return Error{ErrorCode::unavailable, "the work was stopped", "cancelled"};
    const auto now = std::chrono::steady_clock::now();
    if (now > deadline_) return child_error("child_timeout", "the child ran too long");
    if (now > last_sign_ + options_.silence_limit) {
      return child_error("child_timeout", "the child gave no sign of life");
    }
    return std::nullopt;
  }

  Error give_up(Error error) {
    child_.kill();
    child_.reap(std::chrono::milliseconds{0});
    if (error.code == ErrorCode::corrupt && error.reason.empty()) {
      return child_error("child_crashed", std::move(error.message));
    }
    return error;
  }

  Result<> take_frames() {
    while (!last_word_) {
      auto frame = reader_.next();
      if (!frame) return frame.error();
      if (!*frame) return {};
      if (auto taken = take(**frame); !taken) return taken;
      last_sign_ = std::chrono::steady_clock::now();
    }
    return {};
  }

  Result<> take(const Frame& frame) {
    const std::string_view text(reinterpret_cast<const char*>(frame.content.data()),
                                frame.content.size());
    switch (frame.type) {
      case FrameType::output: {
        if (auto known = expectation_.take_output(frame.name, frame.content.size()); !known) {
          return known;
        }
        return sink_.put(frame.name, frame.content);
      }
      case FrameType::notes:
        return take_notes(frame.name, text);
      case FrameType::progress:
        return take_progress(frame.content);
      case FrameType::result: {
        auto result = expectation_.take_result(text);
        if (!result) return result.error();
        last_word_.emplace(std::move(result));
        return {};
      }
      case FrameType::failure:
        return take_failure(text);
    }
    return {};
  }

  Result<> take_notes(const std::string& name, std::string_view text) {
    auto notes = expectation_.take_notes(name, text);
    if (!notes) return notes.error();
    return sink_.observe(notes->rendition, notes->number, notes->observation);
  }

  Result<> take_progress(std::span<const std::byte> content) {
    if (content.size() != 16) return Error{ErrorCode::corrupt, "a progress frame of a wrong size"};
    std::array<std::uint64_t, 2> numbers{};
    for (std::size_t i = 0; i < content.size(); ++i) {
      numbers[i / 8] = numbers[i / 8] << 8 | std::to_integer<std::uint64_t>(content[i]);
    }
    const auto done = static_cast<std::int64_t>(numbers[0]);
    const auto total = static_cast<std::int64_t>(numbers[1]);
    if (done >= 0 && total > 0) sink_.progress(std::min(done, total), total);
    return {};
  }

  // Only the failures of a task's description pass; a reason is a word, the message goes to the
  // log.
  Result<> take_failure(std::string_view text) {
    const auto report = parse_report(text);
    if (!report) return report.error();
    Error error{ErrorCode::internal, "the task failed"};
    const auto word = [&](const char* key) {
      const auto found = report->find(key);
      return found != report->end() && found->is_string() ? found->get<std::string>() : "";
    };
    const auto code = word("code");
    for (const auto known :
         {ErrorCode::unsupported_type, ErrorCode::corrupt, ErrorCode::too_large}) {
      if (code == name_of(known)) error.code = known;
    }
    const auto reason = word("reason");
    const bool is_word = reason.size() <= 40 &&
                         std::all_of(reason.begin(), reason.end(),
                                     [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
    if (is_word) error.reason = reason;
    error.message = word("message").substr(0, 500);
    last_word_.emplace(std::move(error));
    return {};
  }

  static Error error_of(const ChildEnd& end) {
    if (end.exit_status == kExitOutOfMemory) {
      return child_error("child_memory", "the child asked for more memory than it may have");
    }
    if (end.exit_status) {
      return child_error("child_crashed",
                         "the child left with " + std::to_string(*end.exit_status));
    }
    if (end.signal == SIGXCPU) return child_error("child_timeout", "the child's CPU time ran out");
    // Not ours: `give_up` answers for those. The kernel's out-of-memory killer uses it.
    if (end.signal == SIGKILL) return child_error("child_memory", "the system killed the child");
    return child_error("child_crashed", "the child died of signal " + std::to_string(end.signal));
  }

  ChildProcess& child_;
  Expectation expectation_;
  OutputSink& sink_;
  const TaskControl& control_;
  const SandboxOptions& options_;
  SteadyTime deadline_;
  SteadyTime last_sign_ = std::chrono::steady_clock::now();
  SteadyTime last_turn_ = last_sign_;
  bool is_paused_ = false;
  FrameReader reader_;
  std::optional<Result<nlohmann::json>> last_word_;
};

// Takes nothing: for the child that only tells its layers.
class NoOutput final : public OutputSink {
 public:
  Result<> put(const std::string&, std::span<const std::byte>) override {
    return Error{ErrorCode::corrupt, "an output where none belongs"};
  }
  void progress(std::int64_t, std::int64_t) override {}
};

}  // namespace

SandboxedWorker::SandboxedWorker(SandboxOptions options) : options_(std::move(options)) {}

Result<nlohmann::json> SandboxedWorker::run(const TaskInput& input, const Task& task,
                                            OutputSink& sink, const TaskControl& control) {
  ChildOrder order;
  order.task = task;
  order.cpu_seconds = cpu_seconds_for(task);
  order.has_reel = input.has_reel();
  order.memory_bytes = options_.memory_bytes;
  order.parent = ::getpid();
  auto child =
      ChildProcess::spawn(options_.program, options_.mode, input, nlohmann::json(order).dump());
  if (!child) return child.error();
  return Supervision(*child, task, sink, control, options_).run();
}

std::vector<std::string> sandbox_layers(const SandboxOptions& options) {
  ChildOrder order;
  order.memory_bytes = options.memory_bytes;
  order.parent = ::getpid();
  auto child = ChildProcess::spawn(options.program, options.mode, STDIN_FILENO,
                                   nlohmann::json(order).dump());
  if (!child) return {};
  const Task nothing = GlanceTask{};  // Whose result may hold other words.
  NoOutput sink;
  const TaskControl control;
  const auto result = Supervision(*child, nothing, sink, control, options).run();
  if (!result || !result->contains("layers")) return {};
  return result->at("layers").get<std::vector<std::string>>();
}

}  // namespace weike::media
