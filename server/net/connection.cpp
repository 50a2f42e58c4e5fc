#include "server/net/connection.hpp"

#include "api/http/problem.hpp"
#include "server/net/exchange.hpp"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>

namespace weike::server {
namespace {

NetEvent event_of(Phase struck) {
  switch (struck) {
    case Phase::head:
      return NetEvent::deadline_head;
    case Phase::body:
      return NetEvent::deadline_body;
    case Phase::handler:
      return NetEvent::deadline_handler;
    case Phase::write:
      return NetEvent::deadline_write;
    case Phase::lingering:
      return NetEvent::deadline_lingering;
    case Phase::idle:
    case Phase::waiting:
    case Phase::events:
    case Phase::websocket:
      break;
  }
  return NetEvent::deadline_idle;
}

}  // namespace

Connection::Connection(ThreadContext& thread, Transport transport, const asio::ip::address& peer,
                       bool is_trusted)
    : thread_(thread),
      transport_(std::move(transport)),
      address_(peer),
      peer_(peer.to_string()),
      is_trusted_(is_trusted),
      deadline_(thread.options()) {
  thread_.shared.observer.note(NetEvent::connection_opened);
}

Connection::~Connection() {
  socket().close();  // What does not count any more holds no descriptor.
  thread_.shared.quota.release(address_, is_trusted_);
  thread_.shared.observer.note(NetEvent::connection_closed);
}

bool Connection::may_go_on() const {
  const std::size_t limit = thread_.options().max_requests_per_connection;
  return !is_old_ && (limit == 0 || requests_ < limit);
}

void Connection::watch_permit(const std::shared_ptr<const http::Permit>& permit) {
  const bool is_known = std::find(permits_.begin(), permits_.end(), permit) != permits_.end();
  if (is_known || !permit) return;
  if (!permits_.empty() && unsent_bytes() == 0) permits_.clear();
  permits_.push_back(permit);
}

void Connection::abort() {
  if (!socket().is_open()) return;
  const linger drop{1, 0};
  ::setsockopt(descriptor(), SOL_SOCKET, SO_LINGER, &drop, sizeof drop);
  socket().close();
  // The number of the descriptor may be another client's by now.
  transport_.leave_tls();
}

bool Connection::check_permits() {
  if (permits_.empty()) return true;
  const bool has_unsent = deadline_.phase() == Phase::write || unsent_bytes() > 0;
  const auto holds = [](const auto& permit) { return permit->holds(); };
  if (has_unsent) return std::all_of(permits_.begin(), permits_.end(), holds);
  permits_.clear();
  return true;
}

void Connection::sweep(Deadline::Clock::time_point now) {
  if (!socket().is_open()) return;
  const Milliseconds max_age = thread_.options().max_connection_age;
  is_old_ = max_age.count() > 0 && now - opened_ >= max_age;
  if (!check_permits()) return abort();
  if (deadline_.phase() == Phase::write)
    deadline_.note_unsent(static_cast<std::uint64_t>(unsent_bytes()));
  const bool is_ending = is_expired_ && deadline_.phase() != Phase::lingering;
  if (is_ending || !deadline_.is_over(now)) return;
  if (deadline_.phase() == Phase::websocket) {
    deadline_.enter(Phase::websocket);
    if (tenant_ != nullptr) tenant_->keep_alive();
  } else if (deadline_.phase() == Phase::events) {
    is_heartbeat_due_ = true;
    deadline_.enter(Phase::events);
    wake();
  } else {
    expire();
  }
}

void Connection::expire() {
  const auto phase = deadline_.phase();
  const NetOptions& options = thread_.options();
  const bool is_idle = phase == Phase::idle && is_being_read(options.idle_deadline);
  const bool is_lingering = phase == Phase::lingering && is_being_read(options.linger);
  if (is_idle || is_lingering) return deadline_.enter(phase);
  thread_.shared.observer.note(event_of(phase));
  if (phase == Phase::idle || phase == Phase::write || phase == Phase::lingering) return abort();
  if (!transport_.is_ready()) return abort();  // Nobody can be answered amid a handshake.
  send_late_answer();
  is_expired_ = true;
  must_linger_ = true;
  wake();
}

// A slow client that reads its last answer is not cut, as long as it keeps the minimum rate.
bool Connection::is_being_read(Milliseconds since_last_look) {
  const int unsent = unsent_bytes();
  const auto seconds = std::chrono::duration<double>(since_last_look).count();
  const double least = static_cast<double>(thread_.options().minimum_rate) * seconds;
  const bool is_first = last_unsent_ == 0;
  const bool has_moved = is_first || last_unsent_ - unsent >= least;
  last_unsent_ = unsent;
  return unsent > 0 && has_moved;
}

void Connection::send_late_answer() {
  if (deadline_.phase() != Phase::handler || exchange_ == nullptr) {
    const auto id = thread_.ids.next();
    return send_refusal(refusal_response(Refusal::timed_out, http::Language::zh, id), id);
  }
  const http::Request& request = exchange_->request;
  const Error late{ErrorCode::deadline_exceeded, "handler deadline passed"};
  const auto response = http::problem(late, request.language(), request.request_id);
  std::string text;
  const std::uint64_t bytes =
      append_short_reply(text, response,
                         {.request_id = request.request_id,
                          .date = thread_.date.now(),
                          .is_head = exchange_->wire_method == http::Method::head,
                          .keep_alive = false,
                          .transport_security = transport_security()});
  record_reply(*this, *exchange_, response.status, bytes);
  // The client is late; whether this still reaches it does not matter.
  static_cast<void>(transport_.send(text));
}

void Connection::send_refusal(const http::Response& response, std::string_view id) {
  std::string text;
  const std::uint64_t bytes = append_short_reply(text, response,
                                                 {.request_id = id,
                                                  .date = thread_.date.now(),
                                                  .keep_alive = false,
                                                  .transport_security = transport_security()});
  thread_.shared.observer.on_reply({.request_id = id,
                                    .target = "",
                                    .peer = peer_,
                                    .status = response.status,
                                    .body_bytes = bytes,
                                    .lane = Lane::hot});
  static_cast<void>(transport_.send(text));
}

int Connection::unsent_bytes() {
  int waiting = 0;
  return ::ioctl(descriptor(), SIOCOUTQ, &waiting) == 0 ? waiting : 0;
}

void Connection::close_if_idle() {
  const auto phase = deadline_.phase();
  if (phase == Phase::waiting) return wake();
  if (phase == Phase::websocket && tenant_ != nullptr) return tenant_->stop();
  if (phase == Phase::events || phase == Phase::idle || phase == Phase::head) {
    is_expired_ = true;
    wake();
  }
}

void Connection::wake() { socket().cancel(); }

}  // namespace weike::server
