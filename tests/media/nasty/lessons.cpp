#include "tests/media/nasty/lessons.hpp"

#include "media/sandbox/sandboxed_worker.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <cstring>

namespace weike::media::test {

nlohmann::json probe_in_sandbox(const std::filesystem::path& file, const ProbeTask& task) {
  const File input(file);
  MemorySink sink;
  const TaskControl control;
  const auto result = SandboxedWorker().run(input.descriptor(), task, sink, control);
  if (result) return *result;
  return {{"failed", result.error().reason}, {"message", result.error().message}};
}

std::string cause_in_sandbox(const std::filesystem::path& file) {
  const auto result = probe_in_sandbox(file);
  if (result.contains("failed")) return "failed: " + result.dump();
  return result.contains("rejected") ? result["rejected"]["code"].get<std::string>() : "";
}

Lesson make_lesson(const std::filesystem::path& file, const Trim& trim) {
  Lesson lesson;
  ProbeTask task{"source", Limits{}};
  task.trim = trim;
  task.options.may_skip_stills = false;  // So that frames can be told apart and counted.
  const auto probed = run_on(file, task, lesson.sink);
  if (!probed || probed->contains("rejected")) {
    ADD_FAILURE() << (probed ? probed->dump() : probed.error().message);
    return lesson;
  }
  lesson.plan = probed->at("plan").get<Plan>();
  lesson.verdict = probed->at("verdict");
  make_all(file, lesson.plan, lesson.sink);
  const auto folder = file.parent_path();
  lesson.picture = folder / ("made-" + lesson.plan.video.front().name + ".mp4");
  join(lesson.plan, lesson.sink, lesson.plan.video.front().name, lesson.picture);
  if (!lesson.plan.audio.empty()) {
    lesson.sound = folder / "made-a128.mp4";
    join(lesson.plan, lesson.sink, "a128", lesson.sound);
  }
  return lesson;
}

std::string picture_at(const std::filesystem::path& file, double seconds) {
  return output_of("ffmpeg -nostdin -v error -i '" + file.string() +
                   "' -vf \"fps=30,select='gte(t," + std::to_string(seconds) +
                   ")'\" -frames:v 1 -s 32x32 -sws_flags area -f rawvideo -pix_fmt rgb24 -");
}

double difference(const std::string& a, const std::string& b) {
  if (a.size() != b.size() || a.empty()) return 999;
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    sum += std::abs(int{static_cast<unsigned char>(a[i])} - int{static_cast<unsigned char>(b[i])});
  return sum / static_cast<double>(a.size());
}

std::int64_t frames_shown(const Lesson& lesson) {
  const auto text = output_of(
      "ffprobe -v error -count_frames -select_streams v:0 -show_entries stream=nb_read_frames "
      "-of csv=p=0 '" +
      lesson.picture.string() + "'");
  return std::strtoll(text.c_str(), nullptr, 10);
}

std::string stream_entry(const std::filesystem::path& file, const char* kind,
                         const std::string& entries) {
  auto text =
      output_of("ffprobe -v error -select_streams " + std::string(kind) +
                ":0 -show_entries stream=" + entries + " -of csv=p=0 '" + file.string() + "'");
  return text.substr(0, text.find('\n'));
}

std::vector<float> samples_of(const std::filesystem::path& file) {
  const auto bytes = output_of("ffmpeg -nostdin -v error -i '" + file.string() +
                               "' -vn -ac 1 -ar 48000 -f f32le -");
  std::vector<float> samples(bytes.size() / sizeof(float));
  std::memcpy(samples.data(), bytes.data(), samples.size() * sizeof(float));
  return samples;
}

double level(const std::vector<float>& samples, double from, double to) {
  double sum = 0;
  std::size_t count = 0;
  for (auto i = static_cast<std::size_t>(from * 48'000);
       i < static_cast<std::size_t>(to * 48'000) && i < samples.size(); ++i, ++count)
    sum += double{samples[i]} * double{samples[i]};
  return count == 0 ? 0 : std::sqrt(sum / static_cast<double>(count));
}

std::string corners(int width, int height, const std::string& fps, double seconds) {
  return " -f lavfi -i smptehdbars=size=" + std::to_string(width) + "x" + std::to_string(height) +
         ":rate=" + fps + ":duration=" + std::to_string(seconds) +
         " -vf drawbox=0:0:iw/4:ih/4:red:fill,drawbox=iw*3/4:ih*3/4:iw/4:ih/4:lime:fill";
}

}  // namespace weike::media::test
