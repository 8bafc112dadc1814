/// A server to talk to, and a client that says exactly the bytes it is told to.
#pragma once

#include "http/server.hpp"
#include "tests/http/memory_engine.hpp"
#include "tests/http/memory_keys.hpp"
#include "tests/http/raw_client.hpp"

#include <string>
#include <string_view>

namespace redial::test {

/// Whether callers of a served server need a key. Where they do not, there is no limit of requests either.
enum class door { open, guarded };

/// A server over a memory engine, on a free port.
struct served {
  explicit served(http::server_options options = {}, door entrance = door::open);
  fixed_clock time;
  memory_engine engine;
  memory_keys keys;
  http::server server;
  /// Sends one request on a connection of its own.
  reply_text ask(
    std::string_view method, std::string_view target, std::string_view body = {}, std::string_view more_headers = {});
  /// Creates a campaign with `contacts` (JSON array text). @returns its id.
  std::string create(std::string_view contacts, std::string_view more_members = {});
};

} // namespace redial::test
