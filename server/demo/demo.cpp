#include "server/demo/demo.hpp"

#include "server/demo/demo_lesson.hpp"
#include "server/demo/progress_lines.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <thread>

namespace weike::server {

namespace {

using SteadyClock = std::chrono::steady_clock;

// Well below the limit of calls a person may make.
constexpr std::chrono::milliseconds kPause{1'000};

Result<nlohmann::json> read_json(const std::filesystem::path& path) {
  std::ifstream file(path);
  if (!file) return Error{ErrorCode::not_found, "cannot read " + path.string()};
  auto json = nlohmann::json::parse(file, nullptr, false);
  if (json.is_discarded()) return Error{ErrorCode::corrupt, path.string() + " is not JSON"};
  return Result<nlohmann::json>(boost::system::in_place_value, std::move(json));
}

Result<ApiClient> log_in_as(const DemoOptions& options, const nlohmann::json& accounts,
                            const char* person) {
  const auto& login = accounts.at(person);
  return ApiClient::log_in(options.server, login.at("account").get<std::string>(),
                           login.at("password").get<std::string>());
}

// All items of a list of the API.
Result<nlohmann::json> get_all(ApiClient& client, const std::string& path) {
  nlohmann::json items = nlohmann::json::array();
  const std::string first_page =
      path + (path.find('?') == std::string::npos ? "?limit=50" : "&limit=50");
  for (std::string address = first_page;;) {
    auto page = client.get(address);
    if (!page) return page.error();
    for (auto& item : page->at("items")) items.push_back(std::move(item));
    const auto next = page->find("next_cursor");
    if (next == page->end() || !next->is_string()) {
      return Result<nlohmann::json>(boost::system::in_place_value, std::move(items));
    }
    address = first_page + "&cursor=" + next->get<std::string>();
  }
}

// The run as a whole: two people and the lessons between them.
class Demo {
 public:
  Demo(ApiClient publisher, ApiClient reviewer, std::vector<DemoLesson> lessons, int patience_s)
      : publisher_(std::move(publisher)),
        reviewer_(std::move(reviewer)),
        lessons_(std::move(lessons)),
        lines_(file_names()),
        patience_(patience_s) {}

  Result<> run() {
    if (auto taken = take_over(); !taken) return taken;
    show();
    // Uploads take turns with the other steps: the first lesson is live while the last is sent.
    for (auto& lesson : lessons_) {
      if (!lesson.needs_upload()) continue;
      if (auto sent = lesson.upload(publisher_, [this] { show(); }); !sent) return sent;
      if (auto round = advance_all(); !round) return round;
    }
    while (!is_done()) {
      if (auto round = advance_all(); !round) return round;
      if (SteadyClock::now() - last_change_ > patience_) {
        return Error{ErrorCode::deadline_exceeded, "nothing has moved for too long"};
      }
      if (!is_done()) std::this_thread::sleep_for(kPause);
    }
    return {};
  }

 private:
  std::vector<std::string> file_names() const {
    std::vector<std::string> names;
    names.reserve(lessons_.size());
    for (const auto& lesson : lessons_) names.push_back(lesson.file_name());
    return names;
  }

  bool is_done() const {
    return std::all_of(lessons_.begin(), lessons_.end(),
                       [](const auto& lesson) { return lesson.is_done(); });
  }

  Result<> take_over() {
    auto lessons = get_all(publisher_, "/lessons?scope=mine");
    if (!lessons) return lessons.error();
    auto assets = get_all(publisher_, "/assets");
    if (!assets) return assets.error();
    auto uploads = get_all(publisher_, "/uploads");
    if (!uploads) return uploads.error();
    for (auto& lesson : lessons_) lesson.recall_from(*lessons, *assets, *uploads);
    return {};
  }

  Result<> advance_all() {
    auto assets = get_all(publisher_, "/assets");
    if (!assets) return assets.error();
    for (auto& lesson : lessons_) {
      for (const auto& asset : *assets) {
        if (asset.at("id") != lesson.asset_id()) continue;
        if (auto step = lesson.advance(asset, publisher_, reviewer_); !step) return step;
      }
    }
    show();
    return {};
  }

  void show() {
    std::vector<std::string> texts;
    texts.reserve(lessons_.size());
    for (const auto& lesson : lessons_) texts.push_back(lesson.status());
    if (texts != shown_) last_change_ = SteadyClock::now();
    lines_.show(texts);
    shown_ = std::move(texts);
  }

  ApiClient publisher_;
  ApiClient reviewer_;
  std::vector<DemoLesson> lessons_;
  ProgressLines lines_;
  std::vector<std::string> shown_;
  std::chrono::seconds patience_;
  SteadyClock::time_point last_change_ = SteadyClock::now();
};

Result<> try_demo(const DemoOptions& options) {
  auto accounts = read_json(options.accounts);
  if (!accounts) return accounts.error();
  auto descriptions = read_json(options.lessons);
  if (!descriptions) return descriptions.error();
  auto publisher = log_in_as(options, *accounts, "publisher");
  if (!publisher) return publisher.error();
  auto reviewer = log_in_as(options, *accounts, "reviewer");
  if (!reviewer) return reviewer.error();

  std::vector<DemoLesson> lessons;
  for (const auto& description : *descriptions) lessons.emplace_back(description, options.clips);
  std::printf("演示课程 Demo lessons: %zu\n", lessons.size());
  return Demo(std::move(*publisher), std::move(*reviewer), std::move(lessons), options.patience_s)
      .run();
}

}  // namespace

int run_demo(const DemoOptions& options) {
  Result<> outcome;
  try {
    outcome = try_demo(options);
  } catch (const nlohmann::json::exception& failure) {
    // A file of the demo or an answer of the server has another shape than expected.
    outcome = Error{ErrorCode::corrupt, failure.what()};
  }
  if (!outcome) {
    std::fprintf(stderr, "weike demo: %s\n", outcome.error().message.c_str());
    return 1;
  }
  std::printf("完成 Done: every demo lesson is ready and live.\n");
  std::fflush(stdout);
  return 0;
}

}  // namespace weike::server
