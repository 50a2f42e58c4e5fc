#pragma once

namespace weike {

// Who may see a live lesson. Units and tags join this enumeration when the unit tree arrives.
enum class Audience {
  everyone,  // On the wire: "public".
  members,   // Anyone who is signed in. The default.
};

}  // namespace weike
