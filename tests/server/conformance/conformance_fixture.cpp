#include "tests/server/conformance/conformance_fixture.hpp"

#include "api/http/multipart_ranges.hpp"
#include "api/pages/page_routes.hpp"

#include <unistd.h>

#include <chrono>
#include <fstream>

namespace weike::server {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

std::string request_of(const char* method, const std::string& target, const std::string& fields) {
  return std::string(method) + ' ' + target + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
}

http::Route open_get(std::string pattern, http::Handler handler) {
  http::Route route;
  route.pattern = std::move(pattern);
  route.gate = http::Gate::open;
  route.handler = std::move(handler);
  return route;
}

}  // namespace

std::string head(const std::string& target, const std::string& fields) {
  return request_of("HEAD", target, fields);
}
std::string post(const std::string& fields, const std::string& body) {
  return request_of("POST", "/echo", fields) + body;
}
std::string post_chunked(const std::string& body) {
  return post("Transfer-Encoding: chunked\r\n", body);
}

std::ostream& operator<<(std::ostream& out, const Row& row) { return out << row.name; }

Conformance::Conformance()
    : folder_(fs::temp_directory_path() / ("weike-conformance-" + std::to_string(::getpid()))) {
  const fs::path letters = folder_ / "h5" / "letters.txt";
  fs::create_directories(letters.parent_path());
  std::ofstream(letters, std::ios::binary) << kLetters;
  constexpr std::chrono::sys_seconds kChanged{784'111'777s};  // kLettersDate.
  fs::last_write_time(letters, std::chrono::file_clock::from_sys(kChanged));
  site_ = std::make_unique<pages::StaticSite>(folder_);
  add_conformance_routes();
}

Conformance::~Conformance() {
  if (engine) engine->stop();
  fs::remove_all(folder_);
}

void Conformance::add_conformance_routes() {
  pages::add_routes(router, *site_);
  router.add(open_get("/whose", [](http::Request& request) {
    http::Response response;
    response.body = std::string(request.headers.get("Host").value_or("nobody's"));
    return response;
  }));
  // Two stretches of the fixture's file, none of it copied.
  router.add(open_get("/stretches", [this](http::Request&) {
    http::Response response;
    http::send_as_multipart(response, {{1'000'000, 500'000}, {7, 10}}, file->size_bytes(),
                            "video/mp4", [this](std::uint64_t offset, std::uint64_t length) {
                              return http::FileBody{file, offset, length, permit};
                            });
    return response;
  }));
}

RawReply Conformance::ask(const std::string& request, bool is_head) {
  RawClient client = connect();
  client.send(request);
  const auto reply = client.read_reply(is_head);
  EXPECT_TRUE(reply) << request;
  return reply.value_or(RawReply{});
}

void Conformance::expect_row(const Row& row) {
  RawClient client = connect();
  client.send(row.request + get("/hello"));
  const auto reply = client.read_reply();
  ASSERT_TRUE(reply) << row.name;
  EXPECT_EQ(reply->status, row.status) << row.name << '\n' << reply->head << reply->body;
  if (row.closes) {
    expect_close(client, *reply, row.name);
  } else {
    const auto next = client.read_reply();
    ASSERT_TRUE(next) << row.name;
    EXPECT_EQ(next->body, "hello") << row.name;
  }
}

void Conformance::expect_refused_at_once(const std::string& request, int status) {
  RawClient client = connect();
  client.send(request);
  const auto reply = client.read_reply();
  ASSERT_TRUE(reply) << request;
  EXPECT_EQ(reply->status, status) << request << '\n' << reply->head << reply->body;
  client.shut_down_sending();
  expect_close(client, *reply, request);
}

void Conformance::expect_close(RawClient& client, const RawReply& reply, const std::string& hint) {
  EXPECT_THAT(reply.fields, testing::Contains(testing::Pair("connection", "close"))) << hint;
  EXPECT_EQ(client.read_bytes(1), "") << hint << ": something more was answered";
  EXPECT_TRUE(client.is_closed_within(2s)) << hint;
}

void Conformance::settle() {
  if (!other_client_) other_client_ = std::make_unique<RawClient>(engine->port());
  other_client_->send(get("/hot"));
  ASSERT_TRUE(other_client_->read_reply());
}

}  // namespace weike::server
