#pragma once

#include "api/http/message.hpp"
#include "api/http/websocket.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace weike::http {

// Runs on the blocking pool with the whole body.
using Handler = std::function<Response(Request&)>;
// Runs on the blocking pool before the body is read: an answer at once, or a sink for the body.
using StreamAnswer = std::variant<Response, std::unique_ptr<BodySink>>;
using StreamHandler = std::function<StreamAnswer(Request&)>;
// Runs on the I/O thread, must not block nor do I/O. Nothing: the blocking handler answers instead.
using HotHandler = std::function<std::optional<Response>(const RequestHead&)>;

// Who may call a route, checked before its handler runs. Finer rules are the service's.
enum class Gate {
  open,       // Anyone; a session is used if one is sent and valid.
  signed_in,  // 401 without a valid session.
};

struct Route {
  Method method = Method::get;
  // "/api/v1/lessons/{id}/submit"; a last "{name*}" takes the rest of the path.
  std::string pattern;
  Gate gate = Gate::signed_in;
  Handler handler;  // Exactly one of `handler`, `stream` and `websocket` is set.
  StreamHandler stream;
  WebSocketOpener websocket = {};  // For GET.
  WebSocketLimits websocket_limits = {};
  HotHandler hot;  // Optional, tried first.
  std::size_t body_limit_bytes = std::size_t{256} * 1024;
};

// The table of all routes. Filled before the server starts, then only read: threads may share it.
class Router {
 public:
  // A pattern starts with '/' and has at most eight parameters. A second route for the same method
  // and path is a programming error.
  void add(Route route);

  struct Match {
    const Route* route = nullptr;  // Null: see `allowed`.
    std::vector<std::pair<std::string, std::string>> parameters;
    std::vector<Method> allowed;  // Methods the path has; empty means 404, else 405 with Allow.
  };
  // HEAD finds the GET route when there is no HEAD route of its own. A literal part goes before
  // "{name}", and both before "{name*}", which counts only where no other pattern has the path.
  // "{name}" takes one part that is not empty, "{name*}" takes any rest, also an empty one.
  Match find(Method method, std::string_view path) const;
  // The hot handler for an undecoded path, or null. Null too for paths with escapes, backslashes or
  // dotted parts, which the engine first has to decode and judge. Takes no memory.
  const HotHandler* find_hot(Method method, std::string_view path) const;
  const std::vector<Route>& routes() const { return routes_; }

 private:
  struct Node;
  struct Search;

  // One step of the tree: a literal part, "{name}", or the end with what methods it has.
  struct Node {
    std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
    std::unique_ptr<Node> parameter;
    std::vector<std::size_t> ends;   // Routes that end here,
    std::vector<std::size_t> rests;  // and routes whose "{name*}" begins here.
  };
  Search search(Method method, std::string_view path) const;
  void walk(const Node& node, std::string_view rest, Search& search) const;
  void note_methods(const std::vector<std::size_t>& routes, Search& search) const;
  const Route* of_method(const std::vector<std::size_t>& routes, Method method) const;

  std::vector<Route> routes_;
  std::vector<std::vector<std::string>> parameter_names_;  // By route, in order of the pattern.
  Node root_;
};

// What stands between engine and handlers: session, CSRF, gate, limits, errors to problem
// documents. The engine calls these; tests of capabilities too. Threads may share it.
class Gatekeeper {
 public:
  virtual ~Gatekeeper() = default;
  // Fills `request.viewer`. An answer means: refused, the handler is not called.
  virtual std::optional<Response> admit(const Route& route, Request& request) = 0;
};

}  // namespace weike::http
