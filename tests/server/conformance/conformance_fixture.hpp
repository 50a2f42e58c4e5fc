#pragma once

#include "api/pages/static_site.hpp"
#include "tests/server/engine_fixture.hpp"

#include <filesystem>
#include <memory>
#include <ostream>
#include <string>

namespace weike::server {

std::string head(const std::string& target, const std::string& fields = "");
// To /echo, which answers with the body.
std::string post(const std::string& fields, const std::string& body = "");
std::string post_chunked(const std::string& body);

// One request and how it is answered.
struct Row {
  const char* name;
  std::string request;
  int status;
  bool closes;
};
std::ostream& operator<<(std::ostream& out, const Row& row);

// An engine with the routes of the fixture, and behind them a site of pages in one folder:
// "/letters.txt", 26 letters that last changed on kLettersDate.
class Conformance : public EngineTest {
 protected:
  static constexpr const char* kLetters = "abcdefghijklmnopqrstuvwxyz";
  static constexpr const char* kLettersDate = "Sun, 06 Nov 1994 08:49:37 GMT";

  Conformance();
  ~Conformance() override;

  // The answer on a new connection.
  RawReply ask(const std::string& request, bool is_head = false);
  // Sends the request and another behind it. The answer must be as the row says; behind one that
  // closes, not a byte of the other may have been understood.
  void expect_row(const Row& row);
  // Sends the request, or its beginning, and nothing behind it: it must be refused all the same.
  void expect_refused_at_once(const std::string& request, int status);
  // Returns when the engine has seen everything that was sent before. It runs on one thread and
  // takes what comes in order.
  void settle();

 private:
  void add_conformance_routes();
  // Says so, sends nothing more and closes.
  static void expect_close(RawClient& client, const RawReply& reply, const std::string& hint);

  std::filesystem::path folder_;
  std::unique_ptr<pages::StaticSite> site_;
  std::unique_ptr<RawClient> other_client_;
};

class ConformanceTable : public Conformance, public testing::WithParamInterface<Row> {};

}  // namespace weike::server
