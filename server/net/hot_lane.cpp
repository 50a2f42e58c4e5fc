#include "server/net/hot_lane.hpp"

#include "api/http/problem.hpp"
#include "server/net/exchange.hpp"
#include "server/net/head_scan.hpp"
#include "server/net/hot_rest.hpp"
#include "server/net/tls/redirect.hpp"

#include <cerrno>
#include <cstring>

namespace weike::server {
namespace {

// A turn of pipelined requests sends when this much waits.
constexpr std::size_t kMaxWaitingPieces = 48;
constexpr std::size_t kMaxWaitingText = std::size_t{64} * 1024;
constexpr std::size_t kMaxWaitingBytes = std::size_t{256} * 1024;
// Of replies that let others go first: all those of a batch stay in the second cache meanwhile.
constexpr std::size_t kMostLateBytes = std::size_t{12} * 1024;

// Bytes and files; everything else waits for somebody.
bool is_sent_here(const http::Body& body) {
  return !std::holds_alternative<std::shared_ptr<http::EventSource>>(body) &&
         !std::holds_alternative<std::shared_ptr<http::PartsBody>>(body) &&
         !std::holds_alternative<std::shared_ptr<http::LaterAnswer>>(body);
}

class Turn {
 public:
  explicit Turn(Connection& connection)
      : connection_(connection), thread_(connection.thread()), output_(thread_.output) {
    output_.clear();
  }
  // Whatever happened, no byte of this client stays for the next one.
  ~Turn() { output_.clear(); }

  Next run();

 private:
  enum class Step { next, incomplete, stop };

  bool receive();
  void keep_leftover();
  Step serve_one();
  Step refuse(Refusal refusal);
  Step redirect(http::Response&& response);
  Step to_handler_lane();
  Step reply(http::Response&& response, const ReplyFrame& frame);
  Step reply_file(const http::FileBody& body, bool keep_alive);
  bool flush(bool has_more);
  bool may_go_later() const;
  Next set_aside();
  Next leave_rest();
  Step stop(Next next) {
    next_ = next;
    return Step::stop;
  }
  void record(std::string_view id, int status, std::uint64_t bytes);

  Connection& connection_;
  ThreadContext& thread_;
  OutputQueue& output_;
  std::string_view input_;
  bool is_head_ = false;  // The request at hand is a HEAD, well-formed or not.
  bool has_served_ = false;
  bool is_at_end_ = false;  // The client sends no more.
  Next next_ = Next::wait;
};

Next Turn::run() {
  if (!receive()) return Next::close;
  Step step = Step::next;
  while (step == Step::next && !input_.empty()) step = serve_one();

  keep_leftover();
  if (step == Step::next && may_go_later()) return set_aside();
  // The last reply and the goodbye of TLS leave together.
  const bool has_goodbye = connection_.is_secure() && next_ == Next::close;
  if (!flush(has_goodbye)) return Next::close;
  if (connection_.unfinished()) return leave_rest();
  if (next_ == Next::again) connection_.deadline().enter(Phase::idle);
  if (step == Step::stop) return next_;
  if (is_at_end_) return Next::close;
  if (input_.empty()) {
    connection_.deadline().enter(Phase::idle);
  } else if (has_served_ || connection_.deadline().phase() != Phase::head) {
    connection_.deadline().enter(Phase::head);
  }
  return Next::wait;
}

// Whether the replies can wait until the requests of all others in this batch are read. One kind of
// work for many clients, then the other: that fills the processor's caches less often, and the
// clients of one machine are not woken one by one. Files gain nothing by it.
bool Turn::may_go_later() const {
  return connection_.socket().has_followers() && input_.empty() && !output_.is_empty() &&
         output_.size_bytes() <= kMostLateBytes && !connection_.unfinished();
}

Next Turn::set_aside() {
  connection_.unfinished() = thread_.spare.take();
  connection_.unfinished()->output.swap(output_);
  connection_.unfinished()->has_output = true;
  connection_.deadline().enter(Phase::write);
  return Next::again;
}

// What the session waits for before it goes on with the rest.
Next Turn::leave_rest() {
  Unfinished& rest = *connection_.unfinished();
  if (next_ == Next::close) rest.close_after = true;
  if (!rest.has_output && !rest.file) return Next::finish;
  connection_.deadline().enter(Phase::write);
  return rest.has_output ? Next::wait_writable : next_;
}

void Turn::keep_leftover() {
  if (input_.empty()) {
    std::string().swap(connection_.leftover());  // An idle connection owns no buffer.
  } else {
    connection_.leftover().assign(input_);
  }
}

// Puts the leftover and what the socket holds into the thread's buffer.
bool Turn::receive() {
  std::vector<char>& buffer = thread_.input;
  const std::size_t kept = connection_.leftover().copy(buffer.data(), buffer.size());
  // More than a buffer can only be left behind a chunked body; it waits for the next turn.
  if (kept < connection_.leftover().size()) {
    input_ = connection_.leftover();
    return true;
  }
  std::size_t filled = kept;
  while (true) {
    const ssize_t got = connection_.transport().receive(std::span(buffer).subspan(kept));
    if (got > 0) filled += static_cast<std::size_t>(got);
    if (got == 0) is_at_end_ = kept < buffer.size();
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno != EAGAIN) return false;
    break;
  }
  input_ = {buffer.data(), filled};
  return true;
}

Turn::Step Turn::serve_one() {
  const NetOptions& options = thread_.options();
  if (output_.piece_count() > kMaxWaitingPieces || output_.text().size() > kMaxWaitingText ||
      output_.size_bytes() > kMaxWaitingBytes) {
    if (!flush(false)) return stop(Next::close);
    if (connection_.unfinished()) return stop(Next::finish);
  }
  const std::string_view bounded = input_.substr(0, options.head_limit_bytes + 1);
  const HeadScan scan = scan_head(bounded);
  is_head_ = bounded.substr(scan.skipped).starts_with("HEAD ");
  if (scan.state == HeadScan::State::malformed) return refuse(Refusal::malformed);
  if (scan.state == HeadScan::State::incomplete) {
    if (bounded.size() <= options.head_limit_bytes) return Step::incomplete;
    const bool is_in_target = bounded.find('\n', scan.skipped) == std::string_view::npos;
    return refuse(is_in_target ? Refusal::target_too_long : Refusal::head_too_large);
  }
  ParsedHead& parsed = thread_.parsed;
  const std::string_view head = input_.substr(scan.skipped, scan.end - scan.skipped);
  const Refusal refusal = parse_head(head, options, parsed);
  if (refusal != Refusal::none) return refuse(refusal);
  // RFC 9110 §7.4: what is https is not told in the clear, except to a proxy that knows better.
  const bool is_safe = connection_.is_secure() || connection_.is_trusted();
  if (parsed.target_is_https && !is_safe) return refuse(Refusal::misdirected);
  input_.remove_prefix(scan.end);
  has_served_ = true;
  connection_.count_request();
  if (auto elsewhere = redirect_to_https(connection_, parsed))
    return redirect(std::move(*elsewhere));
  if (parsed.framing.has_body()) return to_handler_lane();
  const http::HotHandler* hot =
      thread_.shared.router.find_hot(parsed.head.method, parsed.head.path);
  if (hot == nullptr || parsed.wire_method != parsed.head.method) return to_handler_lane();
  std::optional<http::Response> response;
  std::string_view id;
  try {
    response = (*hot)(parsed.head);
  } catch (const std::exception& failure) {
    id = thread_.ids.next();
    thread_.shared.observer.on_failure(id, failure.what());
    response = http::problem(Error{ErrorCode::internal, failure.what()}, http::Language::zh, id);
  }
  thread_.shared.observer.note(response ? NetEvent::cache_hit : NetEvent::cache_miss);
  if (!response || !is_sent_here(response->body)) return to_handler_lane();
  const ReplyFrame frame{.request_id = id.empty() ? thread_.ids.next() : id,
                         .date = thread_.date.now(),
                         .is_head = parsed.wire_method == http::Method::head,
                         .is_http_1_0 = parsed.is_http_1_0,
                         .keep_alive = parsed.keep_alive && !response->close_connection &&
                                       !thread_.is_stopping && connection_.may_go_on(),
                         .transport_security = connection_.transport_security()};
  return reply(std::move(*response), frame);
}

Turn::Step Turn::reply(http::Response&& response, const ReplyFrame& frame) {
  std::uint64_t length = 0;
  const http::FileBody* file = append_reply(output_, response, frame, length);
  record(frame.request_id, response.status, length);
  if (file != nullptr) return reply_file(*file, frame.keep_alive);
  if (frame.keep_alive) return Step::next;
  // The client may have sent more that nobody will read.
  if (thread_.parsed.keep_alive || !input_.empty()) connection_.linger_at_close();
  input_ = {};
  return stop(Next::close);
}

Turn::Step Turn::reply_file(const http::FileBody& body, bool keep_alive) {
  FileTransfer transfer(body);
  connection_.watch_permit(transfer.permit());
  // Until the client has all of it: a recall still reaches it, and no request behind it cuts it.
  if (!keep_alive) connection_.linger_at_close();
  if (!transfer.is_permitted()) return stop(Next::close);
  if (!connection_.is_secure()) transfer.begin_behind(output_.text());
  if (!flush(transfer.joins_head())) return stop(Next::close);
  Next next = Next::again;
  if (!connection_.unfinished()) {
    next = send_turn(connection_, transfer);
    if (next == Next::close) return stop(Next::close);
    if (next == Next::wait) {
      if (!keep_alive) return stop(Next::close);
      // Others have their turn before a second file.
      return input_.empty() ? Step::next : stop(Next::again);
    }
    connection_.unfinished() = thread_.spare.take();
  }
  connection_.unfinished()->file.emplace(std::move(transfer));
  connection_.unfinished()->close_after = !keep_alive;
  return stop(next);
}

Turn::Step Turn::refuse(Refusal refusal) {
  const ReplyFrame frame{.request_id = thread_.ids.next(),
                         .date = thread_.date.now(),
                         .is_head = is_head_,
                         .keep_alive = false,
                         .transport_security = connection_.transport_security()};
  const http::Response response = refusal_response(refusal, http::Language::zh, frame.request_id);
  const std::uint64_t bytes = append_short_reply(output_.text(), response, frame);
  // What was read before may be another client's.
  thread_.parsed.head = {};
  thread_.parsed.fields.clear();
  thread_.parsed.wire_method = http::Method::other;
  record(frame.request_id, response.status, bytes);
  input_ = {};
  connection_.linger_at_close();
  return stop(Next::close);
}

// A body that follows is not read; then the connection has to close.
Turn::Step Turn::redirect(http::Response&& response) {
  const ParsedHead& parsed = thread_.parsed;
  const bool has_body = parsed.framing.has_body();
  if (has_body) connection_.linger_at_close();
  const ReplyFrame frame{.request_id = thread_.ids.next(),
                         .date = thread_.date.now(),
                         .is_head = is_head_,
                         .is_http_1_0 = parsed.is_http_1_0,
                         .keep_alive = parsed.keep_alive && !has_body && !thread_.is_stopping &&
                                       connection_.may_go_on()};
  return reply(std::move(response), frame);
}

Turn::Step Turn::to_handler_lane() {
  std::unique_ptr<Exchange> exchange = make_exchange(connection_, thread_.parsed);
  if (!exchange) return refuse(Refusal::malformed);
  if (!flush(false)) return stop(Next::close);
  if (!connection_.unfinished()) connection_.unfinished() = thread_.spare.take();
  connection_.unfinished()->exchange = std::move(exchange);
  return stop(Next::finish);
}

// False when the client is gone. What the socket does not take becomes the connection's own.
bool Turn::flush(bool has_more) {
  output_.end_text();
  if (output_.is_empty()) return true;
  std::uint64_t sent = 0;
  const SendResult result = output_.send(connection_.transport(), has_more, sent);
  if (result == SendResult::would_block) {
    connection_.unfinished() = thread_.spare.take();
    connection_.unfinished()->output.swap(output_);
    connection_.unfinished()->has_output = true;
  }
  output_.clear();
  return result != SendResult::failed;
}

void Turn::record(std::string_view id, int status, std::uint64_t bytes) {
  std::string client;  // Of a listed proxy.
  std::string_view peer = connection_.peer();
  if (connection_.is_trusted()) {
    const TrustedPeers& trusted = thread_.shared.trusted;
    client = trusted.client_behind(thread_.parsed.fields, peer, connection_.is_secure()).address;
    peer = client;
  }
  thread_.shared.observer.on_reply({.request_id = id,
                                    .method = thread_.parsed.wire_method,
                                    .target = thread_.parsed.head.target,
                                    .peer = peer,
                                    .status = status,
                                    .body_bytes = bytes,
                                    .duration = {},
                                    .lane = Lane::hot});
}

}  // namespace

Next serve_hot(Connection& connection) { return Turn(connection).run(); }

}  // namespace weike::server
