#include <cstdio>

int main() {
  std::puts("weike");
  return 0;
}
