#pragma once

#include <filesystem>
#include <string>

namespace weike::server {

// What `weike demo` brings into a running server, and as whom.
struct DemoOptions {
  // Where the server listens; plain http.
  std::string server = "http://127.0.0.1:8080";
  // The folder with the clips that `lessons` names.
  std::filesystem::path clips;
  // A JSON list of lessons: {file, title, summary, kind, channel, audience, tags, person, teacher}.
  std::filesystem::path lessons;
  // A JSON object with the log-ins of "publisher" and "reviewer": {account, password}.
  std::filesystem::path accounts;
  // Give up when nothing has moved for so long, in seconds.
  int patience_s = 300;
};

// Brings the demo lessons in through the public API as two people would: upload, create, submit,
// approve, publish; then waits until every one is `ready` and live. What is there already is left
// as it is, what was begun goes on where it stopped. Shows one line for each clip on standard
// output. Returns the exit status of the program: 0 when all is done.
int run_demo(const DemoOptions& options);

}  // namespace weike::server
