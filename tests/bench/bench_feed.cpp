// What a page of the feed costs that is not in memory, by the number of lessons: the scan of the
// covering index, the signed links, the splice of twenty cards and the ETag; and what is left of it
// when the cards are in memory. CPU of the reading thread; rounds of all sizes are interleaved.
//
//   bench_feed [greatest number of lessons = 1000000] [rounds = 9] [pages per round = 2000]
//   bench_feed --keep FOLDER [number of lessons = 1000000]
//
// The second measures nothing: it leaves a data folder, for `weike serve --data FOLDER` and for
// FEED_DATA of serving.mjs.

#include "tests/bench/bench_clock.hpp"
#include "tests/bench/feed_library.hpp"

#include <rocksdb/perf_context.h>

#include <cstdio>
#include <cstdlib>
#include <random>
#include <string_view>

namespace weike::bench {
namespace {

using Read = Result<feed::FeedPage> (FeedLibrary::*)(const feed::PageRequest&);

struct Case {
  const char* name;
  feed::FeedScope scope;
  bool is_deep;  // At random places instead of the head.
  Read read;
};

constexpr Case kCases[] = {
    {"members' pages at the head of all lists, from the store", feed::FeedScope::members, false,
     &FeedLibrary::read_from_store},
    {"members' pages at the head of all lists, from cards in memory", feed::FeedScope::members,
     false, &FeedLibrary::read_from_cards},
    {"visitors' pages at the head of all lists, from the store", feed::FeedScope::everyone, false,
     &FeedLibrary::read_from_store},
    {"visitors' pages at the head of all lists, from cards in memory", feed::FeedScope::everyone,
     false, &FeedLibrary::read_from_cards},
    {"members' pages at random places, from the store", feed::FeedScope::members, true,
     &FeedLibrary::read_from_store},
    {"members' pages at random places, reading ahead", feed::FeedScope::members, true,
     &FeedLibrary::read_from_cards},
};

// The lists that are asked for in turn: all, and the four channels.
std::vector<std::string> hot_channels() {
  std::vector<std::string> channels{""};
  for (const auto& channel : lessons::default_channels()) channels.push_back(channel.id);
  return channels;
}

// CPU of one page, in microseconds.
double measure(FeedLibrary& library, const Case& what, int pages, std::mt19937_64& random) {
  static const auto channels = hot_channels();
  std::vector<std::string> cursors;
  for (int i = 0; what.is_deep && i < pages; ++i) {
    const auto& channel = channels[static_cast<std::size_t>(i) % channels.size()];
    cursors.push_back(FeedLibrary::cursor_behind(channel, random() % library.lessons()));
  }
  const auto begin = thread_cpu();
  for (int i = 0; i < pages; ++i) {
    feed::PageRequest request;
    request.scope = what.scope;
    request.channel = channels[static_cast<std::size_t>(i) % channels.size()];
    if (what.is_deep) request.cursor = cursors[static_cast<std::size_t>(i)];
    const auto page = (library.*what.read)(request);
    if (!page) {
      std::fprintf(stderr, "%s\n", page.error().message.c_str());
      std::exit(1);
    }
  }
  return (thread_cpu() - begin) / pages * 1e6;
}

struct Library {
  std::unique_ptr<FeedLibrary> library;
  std::vector<Samples> cpu = std::vector<Samples>(std::size(kCases));
  std::vector<Samples> ratio = std::vector<Samples>(std::size(kCases));  // To the smallest.
};

// Withdraws the newest lessons one by one, and tells what the first page costs then.
void withdraw_at_the_head(FeedLibrary& library, std::uint64_t count, std::mt19937_64& random) {
  constexpr std::uint64_t kAtOnce = 500;
  const auto last = library.lessons();
  for (std::uint64_t done = 0; done < count; done += kAtOnce) {
    std::vector<feed::ListVersion> changed;
    library.store()
        .transact([&](storage::Transaction& transaction) -> Result<> {
          changed.clear();
          for (auto i = done; i < done + kAtOnce; ++i) {
            auto removed =
                library.publisher().remove(transaction, FeedLibrary::lesson(last - 1 - i), changed);
            if (!removed) return removed.error();
          }
          return {};
        })
        .value();
    library.publisher().committed(changed);
  }
  const auto before = rocksdb::get_perf_context()->internal_delete_skipped_count;
  const auto cpu = measure(library, kCases[0], 1000, random);
  const auto skipped = rocksdb::get_perf_context()->internal_delete_skipped_count - before;
  std::printf(
      "\nafter %llu withdrawals at the head: %.1f us a page, %.2f erased keys walked over\n",
      static_cast<unsigned long long>(count), cpu, static_cast<double>(skipped) / 1000);
}

void print(const std::vector<Library>& libraries) {
  for (const auto& [library, cpu, ratio] : libraries) {
    std::printf("%llu lessons: %.0f MB, filled in %.0f s\n",
                static_cast<unsigned long long>(library->lessons()),
                static_cast<double>(library->disk_bytes()) / 1e6, library->load_seconds());
  }
  for (std::size_t i = 0; i < std::size(kCases); ++i) {
    std::printf("\n%s\n| lessons | CPU us/page | ratio | pages/s of one core |\n", kCases[i].name);
    std::printf("|---|---|---|---|\n");
    for (const auto& [library, cpu, ratio] : libraries) {
      std::printf("| %llu | %s | %s | %.0f |\n",
                  static_cast<unsigned long long>(library->lessons()),
                  cpu[i].text("%.1f (%.1f to %.1f)").c_str(), ratio[i].text().c_str(),
                  1e6 / cpu[i].median());
    }
  }
}

int run(std::uint64_t greatest, int rounds, int pages) {
  std::vector<Library> libraries;
  for (const std::uint64_t lessons : {1'000ULL, 100'000ULL, 1'000'000ULL, 10'000'000ULL}) {
    if (lessons <= greatest) libraries.push_back({std::make_unique<FeedLibrary>(lessons)});
  }
  std::mt19937_64 random(1);
  for (int round = -1; round < rounds; ++round) {
    for (std::size_t i = 0; i < std::size(kCases); ++i) {
      double smallest = 0;
      for (auto& [library, cpu, ratio] : libraries) {
        const auto cost = measure(*library, kCases[i], pages, random);
        if (smallest == 0) smallest = cost;
        if (round < 0) continue;  // The first round warms up.
        cpu[i].add(cost);
        ratio[i].add(cost / smallest);
      }
    }
  }
  std::printf("%d rounds of %d pages of 20, medians (least to greatest)\n\n", rounds, pages);
  print(libraries);
  auto& largest = *libraries.back().library;
  if (largest.lessons() > 200'000) withdraw_at_the_head(largest, 100'000, random);
  return 0;
}

int keep(const char* folder, std::uint64_t lessons) {
  const FeedLibrary library(lessons, folder);
  std::printf("%llu lessons in %s: %.0f MB\n", static_cast<unsigned long long>(lessons), folder,
              static_cast<double>(library.disk_bytes()) / 1e6);
  return 0;
}

}  // namespace
}  // namespace weike::bench

int main(int count, char** arguments) {
  if (count > 2 && arguments[1] == std::string_view("--keep")) {
    return weike::bench::keep(arguments[2],
                              count > 3 ? std::strtoull(arguments[3], nullptr, 10) : 1'000'000);
  }
  return weike::bench::run(count > 1 ? std::strtoull(arguments[1], nullptr, 10) : 1'000'000,
                           count > 2 ? std::atoi(arguments[2]) : 9,
                           count > 3 ? std::atoi(arguments[3]) : 2'000);
}
