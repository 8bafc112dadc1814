#include "app/signals.hpp"

#include <csignal>
#include <cstdlib>
#include <ctime>

#include <pthread.h>
#include <unistd.h>

namespace redial::app {

namespace {

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

} // namespace

void block_signals() {
  auto set = stop_signals();
  sigaddset(&set, SIGHUP);
  sigaddset(&set, SIGPIPE);
  sigaddset(&set, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  // A file that may not grow any more is a full disk, which the store knows how to wait for.
  std::signal(SIGXFSZ, SIG_IGN);
}

int wait_for_signal() {
  auto set = stop_signals();
  sigaddset(&set, SIGHUP);
  int signal = 0;
  while (sigwait(&set, &signal) != 0) {
  }
  return signal;
}

stop_deadline::stop_deadline(std::chrono::milliseconds after, int status) {
  // The thread waits for a second signal, with a timeout; the destructor wakes it with a signal of its own.
  thread_ = std::thread{[after, status] {
    auto set = stop_signals();
    sigaddset(&set, SIGUSR1);
    timespec limit{};
    limit.tv_sec = after.count() / 1000;
    limit.tv_nsec = (after.count() % 1000) * 1'000'000;
    if (sigtimedwait(&set, nullptr, &limit) != SIGUSR1)
      _exit(status);
  }};
}

stop_deadline::~stop_deadline() {
  pthread_kill(thread_.native_handle(), SIGUSR1);
  thread_.join();
}

} // namespace redial::app
