#pragma once

#include "model/id.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace weike {

// What a person may do in a unit and in everything below it (PRODUCT §2).
enum class Role { member, publisher, reviewer, curator, unit_manager, administrator };

struct RoleGrant {
  Role role = Role::member;
  UnitId unit;  // The role reaches this unit's subtree.
  bool operator==(const RoleGrant&) const = default;
};

// Who asks. A visitor has no account and no grants.
struct Viewer {
  std::optional<AccountId> account;
  std::vector<RoleGrant> grants;

  bool is_signed_in() const { return account.has_value(); }
  bool is(AccountId id) const { return account == id; }
  // Holds `role` in `unit` or above it; an administrator holds every role.
  bool has(Role role, UnitId unit = kRootUnit) const;
};

}  // namespace weike
