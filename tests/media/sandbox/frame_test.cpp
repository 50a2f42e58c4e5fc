#include "media/sandbox/frame.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>

namespace weike::media {
namespace {

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

std::string text_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// The bytes of one frame, as they go through a pipe.
std::string frame_bytes(FrameType type, const std::string& name, const std::string& content) {
  std::array<int, 2> ends{};
  EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  EXPECT_TRUE(write_frame(ends[1], type, name, bytes_of(content)));
  ::close(ends[1]);
  std::string bytes(60'000, '\0');
  const auto got = ::read(ends[0], bytes.data(), bytes.size());
  ::close(ends[0]);
  bytes.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return bytes;
}

TEST(FrameReader, CutsAStreamThatArrivesByteByByte) {
  const auto stream = frame_bytes(FrameType::output, "v360/0.m4s", "first") +
                      frame_bytes(FrameType::result, "", "{}");
  FrameReader reader;
  std::vector<Frame> frames;

  for (const char byte : stream) {
    reader.feed(bytes_of(std::string(1, byte)));
    auto frame = reader.next();
    ASSERT_TRUE(frame);
    if (*frame) frames.push_back(std::move(**frame));
  }

  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(frames[0].type, FrameType::output);
  EXPECT_EQ(frames[0].name, "v360/0.m4s");
  EXPECT_EQ(text_of(frames[0].content), "first");
  EXPECT_EQ(frames[1].type, FrameType::result);
  EXPECT_TRUE(reader.is_empty());
}

TEST(FrameReader, EveryFlippedBitIsNoticedOrHarmless) {
  const auto whole = frame_bytes(FrameType::result, "", "{\"a\":1}");
  for (std::size_t at = 0; at < whole.size(); ++at) {
    auto stream = whole;
    stream[at] = static_cast<char>(stream[at] ^ 0x10);
    FrameReader reader;
    reader.feed(bytes_of(stream));

    const auto frame = reader.next();

    // A changed length waits for more, a changed reserved byte means nothing; the content is safe.
    if (frame && *frame) {
      EXPECT_EQ(text_of((*frame)->content), "{\"a\":1}") << "byte " << at;
    }
  }
}

TEST(FrameReader, RefusesWhatIsTooLargeBeforeItArrives) {
  std::string header = frame_bytes(FrameType::result, "", "{}").substr(0, 44);
  header[8] = '\x01';  // 16 MiB for a result.
  FrameReader reader;
  reader.feed(bytes_of(header));

  const auto frame = reader.next();

  ASSERT_FALSE(frame);
  EXPECT_EQ(frame.error().code, ErrorCode::corrupt);
}

}  // namespace
}  // namespace weike::media
