#include "api/http/router.hpp"

#include <algorithm>
#include <array>
#include <bitset>
#include <cassert>

namespace weike::http {
namespace {

constexpr std::size_t kMethods = static_cast<std::size_t>(Method::other) + 1;
constexpr std::size_t kMaxParameters = 8;

// Cuts the first part off "a/b/c". `rest` begins behind a '/'; `is_last` is set at the end.
std::string_view next_part(std::string_view& rest, bool& is_last) {
  const auto slash = rest.find('/');
  is_last = slash == std::string_view::npos;
  const auto part = rest.substr(0, slash);
  rest.remove_prefix(is_last ? rest.size() : slash + 1);
  return part;
}

bool is_placeholder(std::string_view part) {
  return part.size() > 2 && part.front() == '{' && part.back() == '}';
}

bool needs_decoding(std::string_view path) {
  if (path.find_first_of("%\\") != std::string_view::npos) return true;
  for (std::size_t at = 0; (at = path.find("/.", at)) != std::string_view::npos; at += 2) {
    const auto part = path.substr(at + 1, path.find('/', at + 1) - at - 1);
    if (part == "." || part == "..") return true;
  }
  return false;
}

// In the order of the enum, and with HEAD wherever there is GET.
std::vector<Method> with_head(std::bitset<kMethods> methods) {
  if (methods[static_cast<std::size_t>(Method::get)])
    methods.set(static_cast<std::size_t>(Method::head));
  std::vector<Method> listed;
  for (std::size_t i = 0; i < kMethods; ++i) {
    if (methods[i]) listed.push_back(static_cast<Method>(i));
  }
  return listed;
}

}  // namespace

// What `walk` looks for and what it has found. Takes no memory of its own.
struct Router::Search {
  Method method;
  std::array<std::string_view, kMaxParameters> values;  // Of the "{name}" parts on the way here,
  std::size_t count = 0;                                // so many; the found route's at the end.
  const Route* route = nullptr;
  bool is_rest = false;  // Only "{name*}" patterns count in this pass.
  std::bitset<kMethods> allowed;

  void push(std::string_view value) { values[count++] = value; }
};

void Router::add(Route route) {
  assert(route.pattern.starts_with('/'));
  assert((route.handler != nullptr) + (route.stream != nullptr) + (route.websocket != nullptr) ==
         1);
  std::vector<std::string> names;
  Node* node = &root_;
  bool takes_rest = false;
  std::string_view rest = std::string_view(route.pattern).substr(1);
  for (bool is_last = false; !is_last;) {
    auto part = next_part(rest, is_last);
    if (!is_placeholder(part)) {
      auto& child = node->literals[std::string(part)];
      if (!child) child = std::make_unique<Node>();
      node = child.get();
      continue;
    }
    part = part.substr(1, part.size() - 2);
    if (part.ends_with('*')) {
      assert(is_last);
      takes_rest = true;
      names.emplace_back(part.substr(0, part.size() - 1));
      break;
    }
    names.emplace_back(part);
    if (!node->parameter) node->parameter = std::make_unique<Node>();
    node = node->parameter.get();
  }
  assert(names.size() <= kMaxParameters);
  auto& ends = takes_rest ? node->rests : node->ends;
  assert(std::none_of(ends.begin(), ends.end(),
                      [&](std::size_t i) { return routes_[i].method == route.method; }));
  ends.push_back(routes_.size());
  routes_.push_back(std::move(route));
  parameter_names_.push_back(std::move(names));
}

const Route* Router::of_method(const std::vector<std::size_t>& routes, Method method) const {
  for (const auto index : routes) {
    if (routes_[index].method == method) return &routes_[index];
  }
  if (method == Method::head) return of_method(routes, Method::get);
  return nullptr;
}

// Depth first, the most exact branch first, so the first hit is the best.
void Router::walk(const Node& node, std::string_view rest, Search& search) const {
  bool is_last = false;
  auto behind = rest;
  const auto part = next_part(behind, is_last);
  const auto descend = [&](const Node& child) {
    if (!is_last) return walk(child, behind, search);
    if (search.is_rest || child.ends.empty()) return;
    note_methods(child.ends, search);
    search.route = of_method(child.ends, search.method);
  };
  if (const auto literal = node.literals.find(part); literal != node.literals.end()) {
    descend(*literal->second);
    if (search.route != nullptr) return;
  }
  if (node.parameter && !part.empty() && search.count < kMaxParameters) {
    search.push(part);
    descend(*node.parameter);
    if (search.route != nullptr) return;
    --search.count;
  }
  if (!search.is_rest || node.rests.empty()) return;
  note_methods(node.rests, search);
  search.route = of_method(node.rests, search.method);
  if (search.route != nullptr) search.push(rest);
}

void Router::note_methods(const std::vector<std::size_t>& routes, Search& search) const {
  for (const auto index : routes)
    search.allowed.set(static_cast<std::size_t>(routes_[index].method));
}

Router::Search Router::search(Method method, std::string_view path) const {
  Search search{};
  search.method = method;
  if (!path.starts_with('/')) return search;
  walk(root_, path.substr(1), search);
  if (search.allowed.none()) {
    search.is_rest = true;
    walk(root_, path.substr(1), search);
  }
  return search;
}

Router::Match Router::find(Method method, std::string_view path) const {
  auto found = search(method, path);
  Match match;
  if (found.route == nullptr) {
    match.allowed = with_head(found.allowed);
    return match;
  }
  match.route = found.route;
  const auto& names = parameter_names_[static_cast<std::size_t>(found.route - routes_.data())];
  for (std::size_t i = 0; i < names.size(); ++i) {
    match.parameters.emplace_back(names[i], std::string(found.values[i]));
  }
  return match;
}

const HotHandler* Router::find_hot(Method method, std::string_view path) const {
  if (needs_decoding(path)) return nullptr;
  const auto found = search(method, path);
  if (found.route == nullptr || !found.route->hot) return nullptr;
  return &found.route->hot;
}

}  // namespace weike::http
