#include "tests/media/decoded.hpp"

#include "tests/media/clips.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <sstream>

namespace weike::media::test {

std::vector<float> samples_of(const std::filesystem::path& file) {
  const std::string bytes = output_of("ffmpeg -nostdin -v error -i '" + file.string() +
                                      "' -map 0:a -ac 1 -ar 48000 -af aresample=first_pts=0 "
                                      "-f f32le -");
  std::vector<float> samples(bytes.size() / sizeof(float));
  std::memcpy(samples.data(), bytes.data(), samples.size() * sizeof(float));
  return samples;
}

std::vector<int> brightness_of(const std::filesystem::path& file) {
  const std::string bytes = output_of(
      "ffmpeg -nostdin -v error -i '" + file.string() +
      "' -map 0:v -vsync passthrough -vf scale=2:2:flags=area -f rawvideo -pix_fmt gray -");
  std::vector<int> frames;
  for (std::size_t i = 0; i + 3 < bytes.size(); i += 4)
    frames.push_back(static_cast<unsigned char>(bytes[i]));
  return frames;
}

std::vector<double> onsets(const std::vector<float>& samples) {
  constexpr std::size_t kQuiet = 9'600;
  float loudest = 0;
  for (const float sample : samples) loudest = std::max(loudest, std::abs(sample));
  std::vector<double> times;
  std::size_t quiet = kQuiet;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (std::abs(samples[i]) < 0.3F * loudest) {
      ++quiet;
      continue;
    }
    if (quiet >= kQuiet) times.push_back(static_cast<double>(i) / 48'000);
    quiet = 0;
  }
  return times;
}

std::vector<std::size_t> flashes(const std::vector<int>& brightness) {
  std::vector<std::size_t> frames;
  for (std::size_t i = 0; i < brightness.size(); ++i)
    if (brightness[i] > 128 && (i == 0 || brightness[i - 1] <= 128)) frames.push_back(i);
  return frames;
}

double psnr(const std::filesystem::path& made, const std::filesystem::path& source,
            const std::string& filter) {
  const std::string log =
      output_of("ffmpeg -nostdin -hide_banner -i '" + made.string() + "' -i '" + source.string() +
                "' -lavfi \"[1:v]" + filter +
                ",settb=1/25,setpts=N[b];[0:v]settb=1/25,setpts=N[a];[a][b]psnr=shortest=1\" "
                "-f null - 2>&1");
  double worst = 99;
  for (const char* plane : {" y:", " u:", " v:"}) {
    const auto at = log.rfind(plane);
    if (at == std::string::npos) {
      ADD_FAILURE() << log;
      return 0;
    }
    const std::string value = log.substr(at + 3, log.find(' ', at + 3) - at - 3);
    if (value != "inf") worst = std::min(worst, std::stod(value));
  }
  return worst;
}

void damage_packet(const std::filesystem::path& file, double seconds, Wound wound) {
  std::istringstream packets(
      output_of("ffprobe -v error -select_streams v -show_entries packet=pts_time,pos,size "
                "-of csv=p=0 '" +
                file.string() + "'"));
  for (std::string line; std::getline(packets, line);) {
    std::replace(line.begin(), line.end(), ',', ' ');
    double time = 0;
    long size = 0;
    long position = 0;
    std::istringstream(line) >> time >> size >> position;
    if (std::abs(time - seconds) > 0.001) continue;
    std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
    const long begin = wound == Wound::all ? 4 : size / 2;  // A length that stays true.
    bytes.seekp(position + begin);
    for (long i = begin; i < size; ++i)
      bytes.put(wound == Wound::all ? '\xFF' : static_cast<char>(i * 37));
    return;
  }
  ADD_FAILURE() << "no packet at " << seconds;
}

}  // namespace weike::media::test
