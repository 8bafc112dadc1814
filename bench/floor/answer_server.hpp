/// A plain Beast server in a process of its own.
#pragma once

#include <cstdint>
#include <string>

#include <sys/types.h>

namespace redial::bench {

/// Reads every request with `http::async_read` and answers each with the same message, `http::async_write`, keep-alive:
/// what Beast's examples do, on plain sockets. Lives from construction to destruction.
class answer_server {
public:
  /// To be made while this process has no other thread: it forks.
  /// @param head further fields of the answer, one "Name: value" a line, CRLF; @param body of it
  /// @throws std::runtime_error
  answer_server(unsigned threads, const std::string& head, const std::string& body);
  ~answer_server();
  answer_server(const answer_server&) = delete;
  answer_server& operator=(const answer_server&) = delete;

  pid_t pid() const noexcept { return pid_; }
  std::uint16_t port() const noexcept { return port_; }

private:
  pid_t pid_ = -1;
  std::uint16_t port_ = 0;
};

} // namespace redial::bench
