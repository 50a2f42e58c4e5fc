#pragma once

#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace weike::fuzz {

// Makes hostile variants of honest inputs. The seed fixes all of them, so that a failure is found
// again; WEIKE_FUZZ_ROUNDS in the environment sets how many each test tries (20,000).
class Mutator {
 public:
  explicit Mutator(std::vector<std::string> honest, unsigned seed = 20'261'122);

  std::string next();
  static std::size_t rounds();

 private:
  void change(std::string& text);
  std::size_t below(std::size_t limit);

  std::vector<std::string> honest_;
  std::mt19937 random_;
};

}  // namespace weike::fuzz
