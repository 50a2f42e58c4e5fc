#include "api/http/kernel_copy.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <variant>
#include <vector>

namespace weike::http {
namespace {

SharedBytes bytes_of(std::size_t size) {
  return std::make_shared<const std::string>(std::string(size, 'a') + "the end");
}

std::string content_of(const FileBody& body) {
  std::string read(body.length + 1, '\0');
  const ssize_t got =
      ::pread(body.file->descriptor(), read.data(), read.size(), static_cast<off_t>(body.offset));
  read.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return read;
}

// How many answers come from the bytes themselves before one comes from the copy.
int answers_before_copy(KernelCopy& copy, const SharedBytes& bytes, int most) {
  for (int i = 0; i < most; ++i) {
    if (std::holds_alternative<FileBody>(copy.answer_with(bytes))) return i;
  }
  return most;
}

TEST(KernelCopy, HoldsTheBytesOfAPageThatIsAskedForAgainAndAgain) {
  const auto bytes = bytes_of(KernelCopy::kLeastBytes);
  KernelCopy copy;

  EXPECT_EQ(answers_before_copy(copy, bytes, 100), KernelCopy::kAnswersBefore + 1);

  const Body body = copy.answer_with(bytes);
  const auto* file = std::get_if<FileBody>(&body);
  ASSERT_NE(file, nullptr);
  EXPECT_EQ(content_of(*file), *bytes);
  EXPECT_EQ(file->file->memory(), bytes.get());
}

TEST(KernelCopy, IsNotMadeOfSmallPages) {
  const auto bytes = bytes_of(KernelCopy::kLeastBytes - 100);
  KernelCopy copy;

  EXPECT_EQ(answers_before_copy(copy, bytes, 100), 100);
}

TEST(KernelCopy, IsOneOf256AtATime) {
  const auto bytes = bytes_of(KernelCopy::kLeastBytes);
  std::vector<std::unique_ptr<KernelCopy>> copies;
  for (int i = 0; i < 256; ++i) {
    ASSERT_LT(answers_before_copy(*copies.emplace_back(std::make_unique<KernelCopy>()), bytes, 100),
              100);
  }
  EXPECT_EQ(answers_before_copy(*std::make_unique<KernelCopy>(), bytes, 100), 100);

  copies.pop_back();

  EXPECT_LT(answers_before_copy(*std::make_unique<KernelCopy>(), bytes, 100), 100);
}

}  // namespace
}  // namespace weike::http
