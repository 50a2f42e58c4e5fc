#include "media/sandbox/lockdown.hpp"

#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace weike::media {
namespace {

// The rights of ABI 1 (Linux 5.13) and what later ones added. Debian 12's header ends at ABI 2, so
// the attribute is laid out here as Linux 6.12 has it (Documentation/userspace-api/landlock.rst).
struct RulesetAttributes {
  std::uint64_t handled_access_fs = 0;
  std::uint64_t handled_access_net = 0;  // From ABI 4.
  std::uint64_t scoped = 0;              // From ABI 6.
};

constexpr std::uint64_t kFileRightsOfAbi1 = (1ULL << 13) - 1;
constexpr std::uint64_t kRefer = 1ULL << 13;        // ABI 2.
constexpr std::uint64_t kTruncate = 1ULL << 14;     // ABI 3.
constexpr std::uint64_t kBindAndConnectTcp = 0b11;  // ABI 4.
constexpr std::uint64_t kIoctlDevice = 1ULL << 15;  // ABI 5.
constexpr std::uint64_t kSocketsAndSignals = 0b11;  // ABI 6.

}  // namespace

bool restrict_by_landlock() {
  const long abi =
      ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (abi < 1) return false;
  RulesetAttributes attributes;
  std::size_t size = sizeof(attributes.handled_access_fs);
  attributes.handled_access_fs = kFileRightsOfAbi1;
  if (abi >= 2) attributes.handled_access_fs |= kRefer;
  if (abi >= 3) attributes.handled_access_fs |= kTruncate;
  if (abi >= 4) {
    attributes.handled_access_net = kBindAndConnectTcp;
    size += sizeof(attributes.handled_access_net);
  }
  if (abi >= 5) attributes.handled_access_fs |= kIoctlDevice;
  if (abi >= 6) {
    attributes.scoped = kSocketsAndSignals;
    size += sizeof(attributes.scoped);
  }
  // A ruleset without a rule: every handled right is refused everywhere.
  const long ruleset = ::syscall(SYS_landlock_create_ruleset, &attributes, size, 0);
  if (ruleset < 0) return false;
  const bool holds = ::syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
  ::close(static_cast<int>(ruleset));
  return holds;
}

}  // namespace weike::media
