#include "api/events/event_bus.hpp"

#include "api/events/event_routes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <string>
#include <thread>

namespace weike::events {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const AccountId kOwner = AccountId::make_random();
const AccountId kOther = AccountId::make_random();

Viewer viewer_of(AccountId account, std::vector<RoleGrant> grants = {}) {
  return {account, std::move(grants)};
}

Event asset_event(std::string data, std::string subject = {}) {
  return {.name = "asset", .data = std::move(data), .accounts = {kOwner}, .subject = subject};
}

std::uint64_t last_id(const std::string& text) {
  const auto at = text.rfind("id: ");
  return at == std::string::npos ? 0 : std::stoull(text.substr(at + 4));
}

TEST(EventBus, StreamBeginsWithHello) {
  EventBus bus;

  const auto source = bus.subscribe(viewer_of(kOwner), std::nullopt, "s");

  EXPECT_THAT(*source->take(), HasSubstr("event: hello\ndata: {}\n\n"));
  EXPECT_EQ(*source->take(), "");
}

TEST(EventBus, NewsReachesItsAccountOnly) {
  EventBus bus;
  const auto owner = bus.subscribe(viewer_of(kOwner), std::nullopt, "a");
  const auto other = bus.subscribe(viewer_of(kOther), std::nullopt, "b");

  bus.publish(asset_event(R"({"percent":5})"));

  EXPECT_THAT(*owner->take(), HasSubstr("event: asset\ndata: {\"percent\":5}\n\n"));
  EXPECT_THAT(*other->take(), Not(HasSubstr("asset")));
}

TEST(EventBus, ReviewersHearWhatIsForReviewers) {
  EventBus bus;
  const auto reviewer =
      bus.subscribe(viewer_of(kOther, {{Role::reviewer, kRootUnit}}), std::nullopt, "r");
  const auto member =
      bus.subscribe(viewer_of(kOther, {{Role::member, kRootUnit}}), std::nullopt, "m");

  bus.publish({.name = "lesson", .data = "{}", .accounts = {kOwner}, .reviewers = true});

  EXPECT_THAT(*reviewer->take(), HasSubstr("event: lesson"));
  EXPECT_THAT(*member->take(), Not(HasSubstr("event: lesson")));
}

TEST(EventBus, SlowListenerGetsTheLatestStateOfEachSubject) {
  EventBus bus;
  const auto source = bus.subscribe(viewer_of(kOwner), std::nullopt, "s");

  for (int percent = 0; percent < 100; ++percent) {
    bus.publish(asset_event("{\"a\":" + std::to_string(percent) + "}", "a"));
    bus.publish(asset_event("{\"b\":" + std::to_string(percent) + "}", "b"));
  }

  const auto text = *source->take();
  EXPECT_THAT(text, HasSubstr("{\"a\":99}"));
  EXPECT_THAT(text, HasSubstr("{\"b\":99}"));
  EXPECT_THAT(text, Not(HasSubstr(":98}")));
}

TEST(EventBus, OverflowTellsTheListenerToLookForItself) {
  EventBus bus({.pending_per_listener = 4});
  const auto source = bus.subscribe(viewer_of(kOwner), std::nullopt, "s");
  ASSERT_TRUE(source->take());

  for (int i = 0; i < 5; ++i) bus.publish(asset_event("{}", std::to_string(i)));

  const auto text = *source->take();
  EXPECT_THAT(text, HasSubstr("event: hello"));
  EXPECT_THAT(text, Not(HasSubstr("event: asset")));
}

TEST(EventBus, ReturningListenerGetsWhatItMissed) {
  EventBus bus;
  auto source = bus.subscribe(viewer_of(kOwner), std::nullopt, "s");
  bus.publish(asset_event("{\"n\":1}"));
  const auto seen = last_id(*source->take());
  source.reset();
  bus.publish(asset_event("{\"n\":2}"));

  source = bus.subscribe(viewer_of(kOwner), seen, "s");

  const auto text = *source->take();
  EXPECT_THAT(text, HasSubstr("{\"n\":2}"));
  EXPECT_THAT(text, Not(HasSubstr("{\"n\":1}")));
}

TEST(EventBus, RememberedNewsIsBounded) {
  EventBus bus({.pending_per_listener = 64, .remembered = 3});
  for (int i = 0; i < 10; ++i) bus.publish(asset_event("{\"n\":" + std::to_string(i) + "}"));

  const auto source = bus.subscribe(viewer_of(kOwner), 1, "s");

  const auto text = *source->take();
  EXPECT_THAT(text, HasSubstr("{\"n\":7}"));
  EXPECT_THAT(text, Not(HasSubstr("{\"n\":6}")));
}

TEST(EventBus, UnknownLastEventIdReplaysNothing) {
  EventBus bus;
  bus.publish(asset_event("{\"n\":1}"));

  const auto source = bus.subscribe(viewer_of(kOwner), ~std::uint64_t{0}, "s");

  EXPECT_THAT(*source->take(), Not(HasSubstr("event: asset")));
}

TEST(EventBus, StreamEndsWithItsSession) {
  EventBus bus;
  const auto mine = bus.subscribe(viewer_of(kOwner), std::nullopt, "mine");
  const auto another = bus.subscribe(viewer_of(kOwner), std::nullopt, "another");
  int wakes = 0;
  mine->on_ready([&] { ++wakes; });
  wakes = 0;

  bus.end_session("mine");

  EXPECT_EQ(wakes, 1);
  EXPECT_FALSE(mine->take());
  EXPECT_TRUE(another->take());
  EXPECT_EQ(bus.listeners(), 1U);
}

TEST(EventBus, OneSessionHoldsSoManyStreams) {
  EventBus bus({.listeners_per_session = 2});
  const auto first = bus.subscribe(viewer_of(kOwner), std::nullopt, "s");
  const auto second = bus.subscribe(viewer_of(kOwner), std::nullopt, "s");
  const auto third = bus.subscribe(viewer_of(kOwner), std::nullopt, "s");

  EXPECT_FALSE(first->take());
  EXPECT_TRUE(second->take());
  EXPECT_TRUE(third->take());
}

TEST(EventBus, ListenersAreToldDifferentMomentsToComeBack) {
  EventBus bus({.retry = std::chrono::seconds{2}, .retry_spread = std::chrono::seconds{4}});
  std::set<int> moments;
  for (int i = 0; i < 50; ++i) {
    const auto text = bus.subscribe(viewer_of(kOwner), std::nullopt, std::to_string(i))->take();
    ASSERT_TRUE(text->starts_with("retry: ")) << *text;
    moments.insert(std::stoi(text->substr(7)));
  }

  EXPECT_GT(moments.size(), 45U);
  EXPECT_GE(*moments.begin(), 2000);
  EXPECT_LT(*moments.rbegin(), 6000);
}

TEST(EventBus, RetryIsToldOnce) {
  EventBus bus;
  const auto source = bus.subscribe(viewer_of(kOwner), std::nullopt, "s");
  ASSERT_THAT(*source->take(), HasSubstr("retry: "));

  bus.publish(asset_event("{}"));

  EXPECT_THAT(*source->take(), Not(HasSubstr("retry: ")));
}

TEST(EventBus, ListenersAreWokenAndForgottenWhenDropped) {
  EventBus bus;
  std::atomic<int> wakes = 0;
  auto source = bus.subscribe(viewer_of(kOwner), std::nullopt, "s");
  source->on_ready([&] { ++wakes; });
  EXPECT_EQ(wakes, 1);  // The hello waits already.

  bus.publish(asset_event("{}"));
  EXPECT_EQ(wakes, 2);
  source.reset();
  bus.publish(asset_event("{}"));

  EXPECT_EQ(wakes, 2);
  EXPECT_EQ(bus.listeners(), 0U);
}

TEST(EventBus, ThreadsMayShareIt) {
  EventBus bus;
  std::atomic<bool> is_over = false;
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) bus.publish(asset_event("{}", std::to_string(i % 8)));
    });
  }
  threads.emplace_back([&] {
    while (!is_over) {
      const auto source = bus.subscribe(viewer_of(kOwner), 0, "s");
      source->on_ready([] {});
      source->take();
      bus.end_session("s");
    }
  });

  threads[0].join();
  threads[1].join();
  is_over = true;
  threads[2].join();

  EXPECT_EQ(bus.listeners(), 0U);
}

TEST(EventRoutes, AnswerIsAStreamThatNobodyKeeps) {
  EventBus bus;
  http::Router router;
  add_routes(router, bus);
  const auto match = router.find(http::Method::get, "/api/v1/events");
  ASSERT_NE(match.route, nullptr);
  http::Request request;
  request.viewer = viewer_of(kOwner);
  request.headers.add("Last-Event-ID", "no number");

  const auto response = match.route->handler(request);

  EXPECT_EQ(match.route->gate, http::Gate::signed_in);
  EXPECT_EQ(response.headers.get("Content-Type"), "text/event-stream; charset=utf-8");
  EXPECT_EQ(response.headers.get("Cache-Control"), "no-store");
  const auto source = std::get<std::shared_ptr<http::EventSource>>(response.body);
  EXPECT_THAT(*source->take(), HasSubstr("event: hello"));
}

}  // namespace
}  // namespace weike::events
