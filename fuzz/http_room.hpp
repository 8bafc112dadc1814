/// The HTTP room in one thread: the real worker, sessions, router and handlers over an engine in memory.
#pragma once

#include "http/event_stream.hpp"
#include "http/request_meter.hpp"
#include "http/worker.hpp"
#include "tests/http/memory_engine.hpp"
#include "tests/http/memory_keys.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace redial::fuzz {

/// One answer; `status` below 200 is one that another follows.
struct answer {
  unsigned status = 0;
  std::string_view head;
  std::string_view body;
};

/// Nothing in it waits: what is said is read from a pair of sockets, and the engine answers at once. It knows one
/// campaign, `campaign`, with one contact.
class http_room {
public:
  static constexpr std::string_view campaign = "cmp_L0C3zxtYL";

  /// @param guarded whether callers need a key: the one of the scope admin is "admin-" and forty times "k"
  explicit http_room(bool guarded = false);

  /// Says `pieces` on a connection of its own, each once the former has been dealt with, and then ends it.
  /// @returns all that was answered. Fails where the connection does not come to an end.
  std::string say(std::span<const std::string_view> pieces);

private:
  void work(int client, std::string& heard);

  test::fixed_clock time_;
  test::memory_engine engine_;
  test::memory_keys keys_;
  http::server_options options_;
  http::provider_callback callback_;
  std::shared_ptr<std::atomic<std::size_t>> connections_;
  http::live_streams streams_;
  http::request_figures figures_;
  std::shared_ptr<http::worker> worker_;
};

/// Takes `heard` apart. Fails unless it is a row of well-formed answers, each with its request id and a body that is
/// what its head says; a 500 fails too. The text must outlive what is returned.
std::vector<answer> take_apart(std::string_view heard);

/// @returns a request with `body`, whose length it gives.
std::string request_text(
  std::string_view method, std::string_view target, std::string_view type, std::string_view body);

} // namespace redial::fuzz
