#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

// The concrete types of everything that runs on an I/O thread: no polymorphic executors, no
// strands.
namespace weike::server {

namespace asio = boost::asio;

using Executor = asio::io_context::executor_type;
template <class T>
using Task = asio::awaitable<T, Executor>;
using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;

constexpr asio::use_awaitable_t<Executor> kAwait;
// Gives the error code as a value instead of throwing it.
constexpr asio::as_tuple_t<asio::use_awaitable_t<Executor>> kAwaitTuple{kAwait};

// Runs `work` on `pool` and resumes on the caller's executor. Not cancellable: `work` limits
// itself.
template <class F, class T = std::invoke_result_t<F>>
Task<T> run_blocking(asio::thread_pool& pool, F work) {
  auto start = [](auto resume, asio::thread_pool* target, F job) {
    auto home = asio::prefer(asio::get_associated_executor(resume),
                             asio::execution::outstanding_work.tracked);
    asio::post(*target, [home, job = std::move(job), resume = std::move(resume)]() mutable {
      std::optional<T> result;
      std::exception_ptr failure;
      try {
        result.emplace(job());
      } catch (...) {
        failure = std::current_exception();
      }
      asio::post(home, [failure, result = std::move(result), resume = std::move(resume)]() mutable {
        std::move(resume)(failure, std::move(result));
      });
    });
  };
  auto result = co_await asio::async_initiate<const asio::use_awaitable_t<Executor>,
                                              void(std::exception_ptr, std::optional<T>)>(
      start, kAwait, &pool, std::move(work));
  co_return std::move(*result);
}

}  // namespace weike::server
