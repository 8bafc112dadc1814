#include "shown_stderr.hpp"

#define CATCH_CONFIG_EXTERNAL_INTERFACES
#include <catch2/catch.hpp>

#include <iostream>
#include <mutex>

namespace redial::e2e {

namespace {

std::mutex mutex;
std::string kept;

struct stderr_printer : Catch::TestEventListenerBase {
  using TestEventListenerBase::TestEventListenerBase;

  void testCaseEnded(const Catch::TestCaseStats& stats) override {
    std::lock_guard lock{mutex};
    if (!stats.totals.assertions.allOk())
      std::cerr << kept << std::flush;
    kept.clear();
  }
};
CATCH_REGISTER_LISTENER(stderr_printer)

} // namespace

void keep_stderr(const std::string& command, const std::string& text) {
  constexpr std::size_t longest = 8000;
  std::lock_guard lock{mutex};
  kept += "-- stderr of " + command + "\n";
  kept += text.size() > longest ? "…" + text.substr(text.size() - longest) : text;
}

} // namespace redial::e2e
