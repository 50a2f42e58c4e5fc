#pragma once

#include "api/http/digest.hpp"
#include "model/error.hpp"

#include <string>
#include <string_view>

namespace weike::http {

// Makes list positions opaque and tamper-proof: base64url of the position and an HMAC tag over it.
// One signer for each list, told apart by `purpose`, so that a cursor of one list is none of
// another. Threads may share it.
class CursorSigner {
 public:
  CursorSigner(std::string_view key, std::string purpose)
      : authenticator_(key), purpose_(std::move(purpose)) {}

  std::string seal(std::string_view position) const;
  // The position; `invalid_argument`, reason invalid_cursor, if `seal` did not make the cursor.
  Result<std::string> open(std::string_view cursor) const;

 private:
  std::string tag_of(std::string_view position) const;

  Authenticator authenticator_;
  std::string purpose_;
};

}  // namespace weike::http
