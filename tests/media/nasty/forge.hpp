#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>

// Files that no encoder makes: boxes of ISO/IEC 14496-12 written or changed by hand.
namespace weike::media::test {

std::string read_file(const std::filesystem::path& file);

std::string big_endian(std::uint64_t value, int bytes);
// Size, type and content.
std::string box(std::string_view type, std::string_view content);
// With version 0 and flags ahead of the content.
std::string full_box(std::string_view type, std::string_view content, std::uint32_t flags = 0);

// Where the box at the end of a path like {"moov", "trak", "mdia"} begins, the first of each name;
// npos if there is none. Looks into the containers on the way, nowhere else.
std::size_t find_box(std::string_view bytes, std::initializer_list<std::string_view> path);
std::uint64_t number_at(std::string_view bytes, std::size_t at, int length);
// Overwrites bytes in place.
void overwrite(std::string& bytes, std::size_t at, std::string_view with);
// Writes `duration`, in the time scale of the header in question, into mvhd, tkhd and mdhd of the
// first track: headers that lie.
void set_declared_durations(std::string& bytes, std::uint32_t seconds);
// The matrix of the first track's tkhd (a b u c d v x y w).
void set_matrix(std::string& bytes, std::initializer_list<std::int32_t> matrix);

// A whole MP4 file of hardly a thousand bytes: one H.264 track that claims `samples` samples of one
// byte each, and as many media bytes as fit behind it.
std::string mp4_claiming(std::uint32_t samples);

}  // namespace weike::media::test
