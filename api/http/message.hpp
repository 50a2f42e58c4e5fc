#pragma once

#include "model/error.hpp"
#include "model/id.hpp"
#include "model/role.hpp"
#include "storage/blob/blob_store.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

// What a handler gets and gives. Free of sockets and of Asio: a handler is a plain blocking
// function that the connection engine calls on its pool, and that a test calls directly.
namespace weike::http {

enum class Method { get, head, post, put, patch, del, options, other };
std::string_view name_of(Method method);
// Methods are upper-case and compare exactly (RFC 9110 §9.1); all others are `other`.
Method method_of(std::string_view name);

// Fields that many replies share, as the bytes they are sent as: made once, sent often. Filled by
// one thread, then only read.
class FixedFields {
 public:
  // Control characters become spaces, so that nobody can smuggle a field in.
  FixedFields& add(std::string_view name, std::string_view value);
  // "\r\nETag: \"1\"\r\nVary: Cookie": goes behind a status line or another field.
  std::string_view text() const { return text_; }

 private:
  std::string text_;
};
using SharedFields = std::shared_ptr<const FixedFields>;

// Header fields in order; names compare without regard to case (RFC 9110 §5.1).
class Headers {
 public:
  using Field = std::pair<std::string, std::string>;

  Headers() = default;
  // Begins with what others share.
  explicit Headers(SharedFields shared) : shared_(std::move(shared)) {}

  void add(std::string name, std::string value) {
    own_.emplace_back(std::move(name), std::move(value));
  }
  void set(std::string_view name, std::string value);
  // Content-Range (RFC 9110 §14.4) of `length` bytes from `offset` on out of `total`; "bytes */100"
  // when `length` is 0. Takes no memory.
  void set_content_range(std::uint64_t offset, std::uint64_t length, std::uint64_t total);
  // The first field of that name; nothing if there is none.
  std::optional<std::string_view> get(std::string_view name) const;
  // Copies of all.
  std::vector<Field> fields() const;

  // The parts that `fields` is made of, in order. Content-Range is empty if there is none.
  std::string_view shared_text() const { return shared_ ? shared_->text() : std::string_view{}; }
  std::string_view content_range() const { return {range_.data(), range_length_}; }
  const std::vector<Field>& own_fields() const { return own_; }

 private:
  SharedFields shared_;  // May be null.
  std::vector<Field> own_;
  std::array<char, 71> range_{};  // Three numbers of 64 bits fit; the first `range_length_` count.
  std::uint8_t range_length_ = 0;
};

// The languages every message exists in.
enum class Language { zh, en };
// The language an Accept-Language field asks for (RFC 9110 §12.5.4): zh unless en is preferred.
Language language_of(std::string_view accept_language);

// Names of header fields, media types and the like compare so.
bool equal_ignoring_case(std::string_view left, std::string_view right);

// What a request wants done: X-HTTP-Method-Override turns a POST into PATCH, PUT or DELETE, for
// clients behind proxies that know only GET and POST. On any other method it means nothing.
Method effective_method(Method sent, const Headers& headers);

// One request as a handler sees it. The engine fills the first part, the router `parameters`, the
// session gate `viewer`.
struct Request {
  Method method = Method::get;
  std::string target;  // As sent: "/api/v1/feed?limit=20".
  // Percent-decoded once, with no "." or ".." part; else the engine answered 400.
  std::string path;
  std::vector<std::pair<std::string, std::string>> query;  // Decoded, in order.
  Headers headers;
  std::string body;        // Whole, at most the route's limit; empty for streamed bodies.
  std::string peer;        // The client's address; through listed proxies what they say it is.
  bool is_secure = false;  // The client speaks TLS, to us or to a listed proxy.
  std::string request_id;

  std::map<std::string, std::string, std::less<>> parameters;  // {id} of the route's pattern.
  Viewer viewer;
  std::string session_key;  // Hash of the session token; empty for a visitor.

  std::optional<std::string_view> query_value(std::string_view name) const;
  // Accept-Language, zh unless en is preferred.
  Language language() const;
};

// The head of a request on the hot lane: views into the connection's buffer, valid during the call.
// Fields that came more than once are joined into one list.
struct RequestHead {
  Method method = Method::get;
  std::string_view target;
  std::string_view path;   // Not decoded.
  std::string_view query;  // Behind '?', not decoded.
  std::string_view authorization;
  std::string_view cookie;
  std::string_view if_match;
  std::string_view if_none_match;
  std::string_view if_modified_since;
  std::string_view if_unmodified_since;
  std::string_view if_range;
  std::string_view range;
  std::string_view accept_encoding;
  std::string_view accept_language;
};

// Asked before each turn of a long transfer; false stops it and closes the connection. Called from
// I/O threads, must not block.
class Permit {
 public:
  virtual ~Permit() = default;
  virtual bool holds() const = 0;
};

// One large file put together from bytes in memory and stretches of other files. Immutable; threads
// may share it.
class PiecedFile {
 public:
  virtual ~PiecedFile() = default;
  // What stands in one place, to its end there.
  struct Piece {
    std::string_view bytes;                         // As long as the whole lives.
    std::shared_ptr<const storage::OpenFile> file;  // Null: `bytes`.
    std::uint64_t offset = 0;                       // In `file`.
    std::uint64_t length = 0;
  };
  // What stands at `at` of the whole, which lies within it. Never blocks and takes no memory:
  // nothing when its file is not open.
  virtual std::optional<Piece> at_hand(std::uint64_t at) const = 0;
  // The same, and opens the file.
  virtual Result<Piece> open(std::uint64_t at) const = 0;
};

// Bytes of an open file, or of one in pieces, sent by sendfile.
struct FileBody {
  std::shared_ptr<const storage::OpenFile> file;  // Null: `pieces`.
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::shared_ptr<const Permit> permit;  // Null: always allowed.
  std::shared_ptr<const PiecedFile> pieces = nullptr;
};

// A body of several parts, none of it copied: shared bytes and stretches of files. One connection's
// thread at a time.
class PartsBody {
 public:
  virtual ~PartsBody() = default;
  using Part = std::variant<std::shared_ptr<const std::string>, FileBody>;
  // The next part, in order; runs on the blocking pool. Nothing at the end. A failure, and a sum
  // that is not `length_bytes`, closes the connection.
  virtual Result<std::optional<Part>> next() = 0;
  virtual std::uint64_t length_bytes() const = 0;
};

// A source of server-sent events (WHATWG HTML §9.2). The engine owns one for each listener.
class EventSource {
 public:
  virtual ~EventSource() = default;
  // `wake` may be called from any thread until the source dies, whenever `take` has something new.
  virtual void on_ready(std::function<void()> wake) = 0;
  // Finished "event: …\ndata: …\n\n" blocks that came since the last call; empty if none. Nothing
  // when the stream is over (the session ended).
  virtual std::optional<std::string> take() = 0;
};

// Immutable bytes that several replies share: a rendered page.
using SharedBytes = std::shared_ptr<const std::string>;

struct Response;

// An answer that comes later. The request waits without holding a thread; many may wait for one
// piece of work.
class LaterAnswer {
 public:
  virtual ~LaterAnswer() = default;
  // `wake` may be called from any thread, also at once, when `answer` can be asked. Called once.
  virtual void on_ready(std::function<void()> wake) = 0;
  // How long the request may wait; then `answer` is asked all the same.
  virtual std::chrono::milliseconds patience() const = 0;
  // Runs on the blocking pool, once. Must not hold a LaterAnswer again.
  virtual Response answer() = 0;
};

using Body =
    std::variant<std::monostate, std::string, SharedBytes, FileBody, std::shared_ptr<EventSource>,
                 std::shared_ptr<PartsBody>, std::shared_ptr<LaterAnswer>>;

// The engine adds Date, Content-Length, Connection and X-Request-Id, answers HEAD without the body
// and a Range by itself never: a handler that serves ranges says 206 and Content-Range (see
// ranges.hpp).
struct Response {
  int status = 200;
  Headers headers;
  Body body;
  bool close_connection = false;
};

// How the bytes of a streamed body ended.
enum class BodyEnd {
  complete,     // All bytes that were announced have come.
  cut,          // The connection broke or the deadline passed; nobody will read the answer.
  interrupted,  // `interrupt` was called; the answer is sent, then the connection closes.
};

// Takes a request body piece by piece on the blocking pool: memory does not grow with the body. The
// engine makes one call at a time and calls `finish` exactly once, also after a failed write.
class BodySink {
 public:
  virtual ~BodySink() = default;
  // Once, before the first write: `interrupt` may be called from any thread while the sink lives
  // and makes the engine stop reading and call `finish(interrupted)`.
  virtual void attach(std::function<void()> interrupt) = 0;
  // A failure ends the reading; `finish(interrupted)` follows and answers.
  virtual Result<> write(std::span<const std::byte> bytes) = 0;
  virtual Response finish(BodyEnd end) = 0;
};

}  // namespace weike::http
