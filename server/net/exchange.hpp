#pragma once

#include "server/net/connection.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

// The handler lane's view of one request: from a parsed head to a call of the handler. No waiting
// and no sockets here.
namespace weike::server {

// Copies the head out of the thread's buffer. Null if the path or the query is malformed.
std::unique_ptr<Exchange> make_exchange(Connection& connection, const ParsedHead& parsed);

// Tells the observer of the answer whose head is about to go, `bytes` of body behind it.
void record_reply(Connection& connection, const Exchange& exchange, int status,
                  std::uint64_t bytes);

// 404, 405 with Allow, 204 with Allow for OPTIONS, or 501 for a method that no route has.
http::Response no_route_response(const http::Request& request,
                                 const std::vector<http::Method>& allowed);

// These run on the pool. An exception of the handler becomes a 500 and a line in the log.
// Asks who the caller is and whether the route is open to them; an answer is the refusal. Once for
// a request: the openers of streams and WebSockets below ask by themselves.
std::optional<http::Response> call_gate(SharedContext& shared, const http::Route& route,
                                        http::Request& request);
// For a request that the gate admitted.
http::Response call_handler(SharedContext& shared, const http::Route& route,
                            http::Request& request);
http::StreamAnswer call_stream_handler(SharedContext& shared, const http::Route& route,
                                       http::Request& request);
http::WebSocketAnswer call_websocket_opener(SharedContext& shared, const http::Route& route,
                                            http::Request& request);
Result<> call_write(SharedContext& shared, const http::Request& request, http::BodySink& sink,
                    std::span<const char> bytes);
http::Response call_finish(SharedContext& shared, const http::Request& request,
                           http::BodySink& sink, http::BodyEnd end);

// `problem` where the answer is late a second time.
http::Response call_answer(SharedContext& shared, const http::Request& request,
                           http::LaterAnswer& later);
// A failure is in the log already: the head of the reply is gone, nobody else can be told.
Result<std::optional<http::PartsBody::Part>> call_next(SharedContext& shared,
                                                       const http::Request& request,
                                                       http::PartsBody& parts);

}  // namespace weike::server
