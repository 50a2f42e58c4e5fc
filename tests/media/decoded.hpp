#pragma once

#include <filesystem>
#include <string>
#include <vector>

// What a player sees and hears of a file, decoded with the ffmpeg command line.
namespace weike::media::test {

// One channel at 48 kHz; what is not there before the first sample's time is silent.
std::vector<float> samples_of(const std::filesystem::path& file);

// The mean brightness of each frame, 0 to 255.
std::vector<int> brightness_of(const std::filesystem::path& file);

// When sound begins after at least 200 ms of near silence, in seconds.
std::vector<double> onsets(const std::vector<float>& samples);

// Which frames are bright after a dark one.
std::vector<std::size_t> flashes(const std::vector<int>& brightness);

// PSNR in dB of two videos of one size, of the worst plane; 99 for equal ones. `filter` brings the
// second to the shape of the first ("null" if it has it).
double psnr(const std::filesystem::path& made, const std::filesystem::path& source,
            const std::string& filter);

// Overwrites all, or the second half, of the packet that is shown at `seconds`.
enum class Wound { all, half };
void damage_packet(const std::filesystem::path& file, double seconds, Wound wound);

}  // namespace weike::media::test
