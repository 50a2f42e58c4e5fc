// A child under foreign control: it does the attack that its task names (in the place of the
// source's hash) instead of media work. Also, as "server", a supervisor that can be killed.
#include "media/sandbox/child.hpp"
#include "media/sandbox/frame.hpp"
#include "media/sandbox/sandboxed_worker.hpp"
#include "tests/media/sandbox/aimed_attacks.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <thread>
#include <vector>

namespace weike::media {
namespace {

// Each should fail; named are those that did not.
Answer try_everything(int, OutputSink&) {
  char program[] = "/bin/true";
  char* const arguments[] = {program, nullptr};
  struct stat status{};
  const std::map<std::string, std::function<bool()>> attempts{
      {"open", [] { return ::open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0; }},
      {"create", [] { return ::open("/tmp/weike-attack", O_CREAT | O_RDWR, 0600) >= 0; }},
      {"stat", [&] { return ::stat("/etc/passwd", &status) == 0; }},
      {"unlink", [] { return ::unlink("/tmp/weike-attack") == 0; }},
      {"chdir", [] { return ::chdir("/") == 0; }},
      {"memfd", [] { return ::memfd_create("x", 0) >= 0; }},
      {"internet socket", [] { return ::socket(AF_INET, SOCK_STREAM, 0) >= 0; }},
      {"unix socket", [] { return ::socket(AF_UNIX, SOCK_STREAM, 0) >= 0; }},
      {"dup", [] { return ::dup(0) >= 0; }},
      {"exec", [&] { return ::execve(program, arguments, nullptr) == 0; }},
      {"fork", [] { return ::fork() >= 0; }},
      {"clone3", [] { return ::syscall(SYS_clone3, nullptr, 0) >= 0 || errno != ENOSYS; }},
      {"kill of the parent", [] { return ::kill(::getppid(), 0) == 0; }},
      {"ptrace", [] { return ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) >= 0; }},
      {"new user namespace", [] { return ::unshare(CLONE_NEWUSER) == 0; }},
      {"outliving", [] { return ::prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0) == 0; }},
      {"new code",
       [] {
         return ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
       }},
  };
  std::string succeeded;
  for (const auto& [name, attempt] : attempts) {
    if (attempt()) succeeded += name + ";";
  }
  return tell(succeeded);
}

Answer list_descriptors(int, OutputSink&) {
  std::string open;
  for (int number = 0; number < 1024; ++number) {
    const bool is_open = ::lseek(number, 0, SEEK_CUR) >= 0 || errno != EBADF;
    if (is_open) open += std::to_string(number) + ",";
  }
  return tell(open);
}

Answer read_reel(int, OutputSink&) {
  std::string text(64, '\0');
  const auto got = ::pread(kReelDescriptor, text.data(), text.size(), 0);
  text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return tell(text);
}

Answer write_to_reel(int, OutputSink&) {
  std::signal(SIGXFSZ, SIG_IGN);  // Of the limit on files, which would end it.
  const std::vector<std::pair<std::string, std::function<bool()>>> attempts = {
      {"write", [] { return ::write(kReelDescriptor, "x", 1) == 1; }},
      {"pwrite", [] { return ::pwrite(kReelDescriptor, "x", 1, 0) == 1; }},
      {"truncate", [] { return ::ftruncate(kReelDescriptor, 1) == 0; }},
      {"map",
       [] {
         return ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, kReelDescriptor, 0) !=
                MAP_FAILED;
       }},
  };
  std::string succeeded;
  for (const auto& [name, attempt] : attempts) {
    if (attempt()) succeeded += name + ";";
  }
  return tell(succeeded);
}

// What honest work does must go on working.
Answer use_threads_and_input(int input, OutputSink& sink) {
  std::string text(5, '\0');
  std::thread reader([&] {
    const auto got = ::pread(input, text.data(), text.size(), 0);
    text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  });
  reader.join();
  sink.progress(1, 2);
  const std::string content = "bytes of an init segment";
  if (auto put = sink.put("v360/init.mp4", std::as_bytes(std::span(content))); !put) {
    return put.error();
  }
  return tell(text);
}

Answer fail_as_described(int, OutputSink&) {
  return Error{ErrorCode::corrupt, "nothing could be read", "damaged"};
}

Answer take_memory(int, OutputSink&) {
  std::vector<std::vector<char>> all;
  while (true) all.emplace_back(std::size_t{64} << 20, 'x');
}

Answer spin(int, OutputSink&) {
  volatile std::uint64_t turns = 0;
  while (true) turns = turns + 1;
}

Answer chatter(int, OutputSink& sink) {
  while (true) {
    sink.progress(1, 2);
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
}

// Segments without a frame, after a while.
Answer tarry(int, OutputSink& sink) {
  for (int i = 0; i < 30; ++i) {
    sink.progress(0, 1);
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
  }
  return Answer(boost::system::in_place_value,
                nlohmann::json{{"frames", 0}, {"damaged_frames", 0}});
}

Answer sleep_for_ever(int, OutputSink& sink) {
  sink.progress(::getpid(), 1 << 30);
  while (true) std::this_thread::sleep_for(std::chrono::seconds{1});
}

Answer crash(int, OutputSink&) {
  ::signal(SIGSEGV, SIG_DFL);
  ::syscall(SYS_tgkill, ::getpid(), ::gettid(), SIGSEGV);
  return tell("alive");
}

Answer leave(int, OutputSink&) { ::_exit(0); }

Answer send_raw(const std::string& bytes) {
  if (::write(kResultDescriptor, bytes.data(), bytes.size()) < 0) ::_exit(1);
  return tell("sent");
}

Answer send_garbage(int, OutputSink&) { return send_raw(std::string(100'000, 'x')); }

Answer send_huge_header(int, OutputSink&) {
  std::string header = "WKF1";
  header += std::string("\x01\x00\x00\x00\xff\xff\xff\xff", 8) + std::string(32, 'h');
  return send_raw(header + std::string(1000, 'x'));
}

Answer send_wrong_hash(int, OutputSink&) {
  std::string frame = "WKF1";
  frame += std::string("\x03\x00\x00\x00\x00\x00\x00\x02", 8) + std::string(32, 'h') + "{}";
  return send_raw(frame);
}

Answer send_deep_result(int, OutputSink&) {
  const std::string text = "{\"a\":" + std::string(200'000, '[');
  write_frame(kResultDescriptor, FrameType::result, "", std::as_bytes(std::span(text)));
  return tell("sent");
}

Answer send_foreign_name(int, OutputSink& sink) {
  const std::string content = "x";
  if (auto put = sink.put("../../plan.json", std::as_bytes(std::span(content))); !put) {
    return put.error();
  }
  return tell("sent");
}

Answer send_lies_as_plan(int, OutputSink&) {
  return Answer(boost::system::in_place_value,
                nlohmann::json{{"plan", {{"frame_count", -5}}}, {"verdict", nullptr}});
}

Answer send_lies_as_counts(int, OutputSink&) {
  return Answer(boost::system::in_place_value,
                nlohmann::json{{"frames", 0}, {"damaged_frames", "many"}});
}

const std::map<std::string, Answer (*)(int, OutputSink&)> kAttacks{
    {"everything", try_everything},
    {"descriptors", list_descriptors},
    {"read_reel", read_reel},
    {"write_to_reel", write_to_reel},
    {"honest", use_threads_and_input},
    {"failure", fail_as_described},
    {"memory", take_memory},
    {"spin", spin},
    {"chatter", chatter},
    {"tarry", tarry},
    {"sleep", sleep_for_ever},
    {"crash", crash},
    {"leave", leave},
    {"garbage", send_garbage},
    {"huge_header", send_huge_header},
    {"wrong_hash", send_wrong_hash},
    {"deep_result", send_deep_result},
    {"foreign_name", send_foreign_name},
    {"lies_as_plan", send_lies_as_plan},
    {"lies_as_counts", send_lies_as_counts},
};

// The attack stands where the source's hash belongs.
std::string name_of_attack(const Task& task) {
  if (const auto* segments = std::get_if<SegmentsTask>(&task)) return segments->plan.source_sha256;
  return std::get<ProbeTask>(task).source_sha256;
}

Answer attack(const TaskInput& input, const Task& task, OutputSink& sink) {
  const auto name = name_of_attack(task);
  const auto colon = name.find(':');
  const auto& aimed = aimed_attacks();
  if (const auto found = aimed.find(name.substr(0, colon)); found != aimed.end())
    return found->second(name.substr(colon + 1));
  const auto found = kAttacks.find(name);
  if (found == kAttacks.end()) return tell("unknown attack");
  return found->second(input.source, sink);
}

// Tells the test the process id that the sleeping child sends as its progress.
class TellingSink final : public OutputSink {
 public:
  Result<> put(const std::string&, std::span<const std::byte>) override { return {}; }
  void progress(std::int64_t done, std::int64_t) override {
    const auto line = std::to_string(done) + "\n";
    if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) ::_exit(1);
  }
};

int serve() {
  SandboxedWorker worker;
  TellingSink sink;
  const TaskControl control;
  const auto result =
      worker.run(STDIN_FILENO, ProbeTask{.source_sha256 = "sleep", .limits = {}}, sink, control);
  return result ? 0 : 1;
}

}  // namespace
}  // namespace weike::media

int main(int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "";
  if (mode == "media-child") return weike::media::run_child(weike::media::attack);
  return mode == "server" ? weike::media::serve() : 2;
}
