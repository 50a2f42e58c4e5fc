#include "server/net/tls/handshake.hpp"

#include "api/http/problem.hpp"

namespace weike::server {
namespace {

void refuse_plain_http(Connection& connection) {
  const std::string id(connection.thread().ids.next());
  const Error plain{ErrorCode::invalid_argument, "plain HTTP on the TLS port", "tls_required"};
  http::Response response = http::problem(plain, http::Language::zh, id, 400);
  response.close_connection = true;
  connection.send_refusal(response, id);
}

}  // namespace

Task<bool> shake_hands(Connection* connection) {
  Transport& transport = connection->transport();
  connection->deadline().enter(Phase::head);
  while (connection->is_alive()) {
    const TlsStream::Handshake step = transport.shake_hands();
    if (step == TlsStream::Handshake::done) {
      connection->deadline().enter(Phase::idle);
      co_return true;
    }
    if (step == TlsStream::Handshake::wants_input) {
      co_await connection->socket().async_wait(Socket::wait_read, kAwaitTuple);
    } else if (step == TlsStream::Handshake::wants_output) {
      co_await connection->socket().async_wait(Socket::wait_write, kAwaitTuple);
    } else {
      transport.leave_tls();
      if (step == TlsStream::Handshake::plain_http) refuse_plain_http(*connection);
      // Unread bytes must not reset the connection before the client has read the alert or the 400.
      connection->linger_at_close();
      co_return false;
    }
  }
  co_return false;
}

Task<void> say_goodbye(Connection* connection) {
  Transport& transport = connection->transport();
  if (!connection->socket().is_open() || !transport.is_ready()) co_return;
  connection->deadline().enter(Phase::lingering);
  transport.say_goodbye();
  while (connection->socket().is_open() && transport.flush() == SendResult::would_block) {
    co_await connection->socket().async_wait(Socket::wait_write, kAwaitTuple);
  }
}

}  // namespace weike::server
