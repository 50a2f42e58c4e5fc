#include "media/sandbox/child.hpp"

#include "media/sandbox/frame.hpp"
#include "media/sandbox/library_pages.hpp"
#include "media/sandbox/lockdown.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <mutex>
#include <new>

namespace weike::media {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

// Sends frames to the supervisor. A supervisor that is gone ends the child.
class PipeSink final : public OutputSink {
 public:
  Result<> put(const std::string& name, std::span<const std::byte> bytes) override {
    send(FrameType::output, name, bytes);
    return {};
  }
  Result<> observe(const std::string& rendition, std::uint32_t number,
                   const Observation& observation) override {
    const auto text = nlohmann::json(observation).dump();
    send(FrameType::notes, rendition + "/" + std::to_string(number), bytes_of(text));
    return {};
  }
  void progress(std::int64_t done, std::int64_t total) override {
    send(FrameType::progress, {}, progress_content(done, total));
  }
  void report(FrameType type, const nlohmann::json& json) {
    const auto text = json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    send(type, {}, bytes_of(text));
  }

 private:
  void send(FrameType type, std::string_view name, std::span<const std::byte> content) {
    const std::scoped_lock lock(mutex_);
    if (!write_frame(kResultDescriptor, type, name, content)) ::_exit(1);
  }

  std::mutex mutex_;
};

std::optional<ChildOrder> read_order() {
  struct stat status{};
  if (::fstat(kOrderDescriptor, &status) != 0) return std::nullopt;
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  std::size_t have = 0;
  while (have < text.size()) {
    const auto got =
        ::pread(kOrderDescriptor, text.data() + have, text.size() - have, static_cast<off_t>(have));
    if (got <= 0) return std::nullopt;
    have += static_cast<std::size_t>(got);
  }
  try {
    return nlohmann::json::parse(text).get<ChildOrder>();
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

[[noreturn]] void end_out_of_memory() { ::_exit(kExitOutOfMemory); }

// The layers that every Linux offers; without them no foreign byte is looked at.
bool has_required(const std::vector<std::string>& layers) {
#ifdef WEIKE_SANITIZED
  constexpr std::array<std::string_view, 2> kRequired{"rlimits", "no_new_privs"};
#else
  constexpr std::array<std::string_view, 3> kRequired{"rlimits", "no_new_privs", "seccomp"};
#endif
  return std::all_of(kRequired.begin(), kRequired.end(), [&](std::string_view required) {
    return std::find(layers.begin(), layers.end(), required) != layers.end();
  });
}

void run_and_report(const TaskRunner& runner, const ChildOrder& order, PipeSink& sink) {
  const TaskInput input(kSourceDescriptor, order.has_reel ? kReelDescriptor : -1);
  const auto result = runner(input, order.task.get<Task>(), sink);
  if (result) {
    sink.report(FrameType::result, *result);
  } else {
    const auto& error = result.error();
    sink.report(
        FrameType::failure,
        {{"code", name_of(error.code)}, {"reason", error.reason}, {"message", error.message}});
  }
}

}  // namespace

void to_json(nlohmann::json& json, const ChildOrder& order) {
  json = {{"task", order.task},
          {"cpu_seconds", order.cpu_seconds},
          {"memory_bytes", order.memory_bytes},
          {"parent", order.parent},
          {"has_reel", order.has_reel}};
}

void from_json(const nlohmann::json& json, ChildOrder& order) {
  order.task = json.at("task");
  json.at("cpu_seconds").get_to(order.cpu_seconds);
  json.at("memory_bytes").get_to(order.memory_bytes);
  json.at("parent").get_to(order.parent);
  order.has_reel = json.value("has_reel", false);
}

int run_child(const TaskRunner& runner) {
  std::set_new_handler(end_out_of_memory);
  // Whoever ends the server ends us; a signal to all of a service is none to count as a crash.
  for (const int request : {SIGTERM, SIGINT, SIGHUP}) std::signal(request, SIG_IGN);
  const auto order = read_order();
  if (!order) return kExitBadOrder;
  drop_library_pages();
  LockdownOptions lockdown;
  lockdown.memory_bytes = order->memory_bytes;
  lockdown.cpu_seconds = order->cpu_seconds;
  lockdown.parent = order->parent;
  lockdown.highest_descriptor = highest_descriptor(order->has_reel);
  const auto layers = lock_in(lockdown);

  PipeSink sink;
  if (order->task.is_null()) {
    sink.report(FrameType::result, {{"layers", layers}});
    return 0;
  }
  if (!has_required(layers)) return kExitNotLockedIn;
  try {
    run_and_report(runner, *order, sink);
  } catch (const nlohmann::json::exception&) {
    return kExitBadOrder;
  }
  return 0;
}

}  // namespace weike::media
