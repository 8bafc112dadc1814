#include "app/ops.hpp"

#include "app/top_screen.hpp"
#include "http/ops_encode.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cmath>
#include <csignal>
#include <iostream>

#include <sys/ioctl.h>
#include <unistd.h>

namespace redial::app {

namespace {

using nlohmann::json;

/// More campaigns than a terminal has lines for.
constexpr std::size_t campaigns_asked_for = 100;

screen_size terminal_size() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row < 2)
    return {};
  return {size.ws_col, size.ws_row - 1U};
}

/// @returns whether the time went by without an interrupt. The signals are blocked since the program began.
bool pause(double seconds) {
  sigset_t enders;
  sigemptyset(&enders);
  sigaddset(&enders, SIGINT);
  sigaddset(&enders, SIGTERM);
  const timespec wait{static_cast<time_t>(seconds), static_cast<long>((seconds - std::floor(seconds)) * 1e9)};
  return sigtimedwait(&enders, nullptr, &wait) == -1;
}

int fail(const std::string& why) {
  std::cerr << "redial: " << why << std::endl;
  return 1;
}

} // namespace

control_handler ops_of(actors::ops_service& ops, const clock& time) {
  return [&ops, &time](const json&, const std::function<bool()>&) {
    auto told = json::parse(http::encode_overview(ops, time.now(), campaigns_asked_for).dump());
    told["ok"] = true;
    return told;
  };
}

int ops_top(const config::storage_settings& storage, const top_order& order) {
  using steady = std::chrono::steady_clock;
  const bool terminal = isatty(STDOUT_FILENO) == 1;
  json before;
  steady::time_point looked_at{};
  for (std::uint64_t frame = 0;;) {
    auto asked = ask_control(storage.data_dir, {{"command", "ops"}});
    if (!asked)
      return fail(asked.error().detail);
    if (!*asked)
      return fail("no redial serves " + storage.data_dir);
    if (!(*asked)->value("ok", false))
      return fail((*asked)->value("error", std::string{"it failed"}));
    const auto at = steady::now();
    const std::chrono::duration<double> passed = at - looked_at;
    if (terminal)
      std::cout << "\x1b[H\x1b[2J";
    std::cout << draw_top(
      before, **asked, before.is_null() ? 0 : passed.count(), terminal ? terminal_size() : screen_size{120, 1000})
              << std::flush;
    if (!std::cout)
      return 0; // whoever read it is gone
    before = std::move(**asked);
    looked_at = at;
    if (++frame == order.frames || !pause(order.interval))
      return 0;
  }
}

} // namespace redial::app
