#include "server/net/tls/redirect.hpp"

#include <boost/beast/core/string.hpp>

#include <algorithm>

namespace weike::server {
namespace {

constexpr std::uint16_t kHttpsPort = 443;
// Not for ever, as a browser would keep it: TLS may be switched off again.
constexpr const char* kCacheControl = "max-age=86400";

// "example.org" of "example.org:8080", "[::1]" of "[::1]:8080".
std::string_view without_port(std::string_view authority) {
  const std::size_t bracket = authority.rfind(']');
  const std::size_t colon = authority.rfind(':');
  const bool has_port =
      colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  return has_port ? authority.substr(0, colon) : authority;
}

std::string_view host_of(const ParsedHead& parsed) {
  if (!parsed.target_host.empty()) return without_port(parsed.target_host);
  const auto is_host = [](const HeadField& field) {
    return boost::beast::iequals(field.name, "Host");
  };
  const auto found = std::find_if(parsed.fields.begin(), parsed.fields.end(), is_host);
  return found == parsed.fields.end() ? std::string_view() : without_port(found->value);
}

}  // namespace

std::optional<http::Response> redirect_to_https(const Connection& connection,
                                                const ParsedHead& parsed) {
  const TlsOptions& tls = connection.thread().options().tls;
  if (!tls.is_on() || tls.plain_port != PlainPort::redirect) return std::nullopt;
  if (connection.is_secure() || connection.is_trusted()) return std::nullopt;
  const std::string_view path = parsed.head.path;
  if (path == "/healthz" || path == "/readyz" || !path.starts_with('/')) return std::nullopt;
  const std::string_view host = host_of(parsed);
  if (host.empty()) return std::nullopt;  // HTTP/1.0 without Host: nobody knows where to lead it.

  std::string location = "https://";
  location.append(host);
  if (tls.port != kHttpsPort) location.append(":").append(std::to_string(tls.port));
  location.append(path);
  if (!parsed.head.query.empty()) location.append("?").append(parsed.head.query);
  http::Response response;
  response.status = 308;
  response.headers.add("Location", std::move(location));
  response.headers.add("Cache-Control", kCacheControl);
  return response;
}

}  // namespace weike::server
