#pragma once

#include "api/http/coding.hpp"
#include "api/http/conditional.hpp"
#include "api/http/kernel_copy.hpp"
#include "api/http/message.hpp"
#include "model/error.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weike::http {

// How a content is served.
struct ContentTraits {
  std::string type;  // Content-Type
  // Of the bytes as they are: a strong tag. Packed ones get their own, "17" becomes "17-br".
  std::string etag;
  std::optional<HttpTime> last_modified = {};
  // Cache-Control for each class of readers, by number.
  std::vector<std::string> caching;
  std::string vary = {};                    // What else than Accept-Encoding decides.
  std::vector<Headers::Field> safety = {};  // More fields of replies that carry content.
  Effort effort = Effort::light;
  bool serves_ranges = false;
};

// What of a request decides about the answer. Views into the request.
struct ContentRequest {
  Method method = Method::get;
  std::string_view accept_encoding = {};
  Conditions conditions = {};
  std::size_t readers = 0;  // The class of readers that asks.
};

// Immutable bytes and the forms they are sent in: as they are, gzip and brotli. A packed form is
// made once, when somebody first asks for it, and kept; so are the fields of its replies, and an
// answer takes no memory but for ranges, which are of the bytes as they are. All forms together
// take at most thrice the bytes, and a KernelCopy of those that are large and hot. Threads may
// share it.
class Content {
 public:
  Content(SharedBytes bytes, ContentTraits traits);

  // Never blocks: nothing when the form is not made yet, or the conditions fail.
  std::optional<Response> answer_from_memory(const ContentRequest& request) const;
  // May pack. Fails with `precondition_failed`.
  Result<Response> answer(const ContentRequest& request) const;

  // Packs one form that is not made yet; false if there is none.
  bool pack_one() const;

  const SharedBytes& bytes() const { return bytes_; }
  const std::string& etag() const { return traits_.etag; }

 private:
  struct Form {
    SharedBytes bytes;
    mutable KernelCopy copy;
    std::string etag;
    Coding coding = Coding::identity;
    // By class of readers: of a 200, and of replies without content.
    std::vector<SharedFields> whole;
    std::vector<SharedFields> bare;
  };
  struct Place {
    std::once_flag once;
    std::unique_ptr<const Form> own;
    std::atomic<const Form*> made{nullptr};  // `own`, or the bytes as they are.
  };

  std::unique_ptr<const Form> make_form(Coding coding, SharedBytes bytes) const;
  const Form& form(Coding coding) const;
  bool asks_for_part(const ContentRequest& request) const;
  Coding coding_for(const ContentRequest& request) const;
  Response whole_of(const Form& form, const ContentRequest& request) const;
  Response part_of_plain(const ContentRequest& request) const;
  std::optional<Response> respond(const Form& form, const ContentRequest& request) const;

  const SharedBytes bytes_;
  const ContentTraits traits_;
  const bool may_pack_;
  const std::unique_ptr<const Form> plain_;
  mutable std::array<Place, kCodings - 1> packed_;
};

using ContentPtr = std::shared_ptr<const Content>;

}  // namespace weike::http
