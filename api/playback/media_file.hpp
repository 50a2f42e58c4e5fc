#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weike::playback {

// The few captions that a name can carry, without memory of their own.
class CaptionIds {
 public:
  static constexpr std::size_t kMost = 4;

  // Only while `size` is less than `kMost`.
  void push_back(std::string_view id) { ids_[size_++] = id; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const std::string_view* begin() const { return ids_.data(); }
  const std::string_view* end() const { return ids_.data() + size_; }

 private:
  std::array<std::string_view, kMost> ids_{};
  std::size_t size_ = 0;
};

// What a name below an asset's signed folder asks for, by its form alone: whether there is such a
// thing is the asset's business. Views into the name.
struct MediaFile {
  enum class Kind {
    master,            // "master.m3u8", "master.av1.0123456789ab.m3u8"
    manifest,          // "manifest.mpd", with the same tags.
    media_playlist,    // "v360/index.m3u8"
    iframe_playlist,   // "v360/iframes.m3u8"
    init,              // "v360/init.mp4"
    segment,           // "v360/17.m4s"
    progressive,       // "v360.mp4"
    captions,          // "captions/{id}.vtt"
    caption_playlist,  // "captions/{id}.m3u8"
    storyboard,        // "storyboard.vtt"
    other,             // A picture, or nothing.
  };
  Kind kind = Kind::other;
  std::string_view rendition = {};  // Or the id of captions.
  std::uint32_t number = 0;         // Of a segment.
  bool wants_av1 = false;           // A master's or manifest's tags.
  CaptionIds captions = {};
};

MediaFile parse_media_file(std::string_view name);

inline bool is_sound(std::string_view rendition) {
  return rendition.size() > 1 && rendition[0] == 'a' && rendition[1] >= '0' && rendition[1] <= '9';
}

// By the kind of the name, and of its rendition: "video/mp4", "audio/mp4", "image/webp".
std::string_view content_type_of(std::string_view name);

}  // namespace weike::playback
