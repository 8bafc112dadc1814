/// SIGTERM, SIGINT and SIGHUP, taken in good order.
#pragma once

#include <chrono>
#include <thread>

namespace redial::app {

/// Blocks SIGTERM, SIGINT, SIGHUP, SIGPIPE and SIGUSR1 for this thread and every thread started from now on; ignores
/// SIGXFSZ. Call first thing in `main`.
void block_signals();

/// Waits for SIGTERM, SIGINT or SIGHUP. @returns the signal's number.
int wait_for_signal();

/// Ends the process at once, with `status`, unless the object is destroyed before `after` has passed, or a second
/// signal comes: a stop that hangs must not keep an operator waiting.
class stop_deadline {
public:
  stop_deadline(std::chrono::milliseconds after, int status);
  ~stop_deadline();
  stop_deadline(const stop_deadline&) = delete;
  stop_deadline& operator=(const stop_deadline&) = delete;

private:
  std::thread thread_;
};

} // namespace redial::app
