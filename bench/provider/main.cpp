/// redial-provider: a telephone network that rings nobody.
#include "bench/provider/ledger_check.hpp"
#include "bench/provider/provider.hpp"

#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <CLI/CLI.hpp>

#include <unistd.h>

#include <cerrno>
#include <iostream>
#include <map>
#include <system_error>

namespace {

using namespace redial::provider;
using redial::milliseconds;

/// What stands on the command line in units of its own.
struct flags {
  std::string listen = "127.0.0.1:9090";
  std::vector<std::string> faults;
  std::int64_t result_delay_ms = 0;
  std::int64_t callback_timeout_ms = 10'000;
  std::int64_t backoff_ms = 100;
  std::int64_t backoff_most_ms = 30'000;
  std::int64_t give_up_s = 3600;
  double restart_after_s = 0;
};

void add_duration(CLI::App& app, const char* name, milliseconds& into, const char* help) {
  app
    .add_option_function<std::int64_t>(
      name, [&into](std::int64_t ms) { into = milliseconds{ms}; }, help)
    ->check(CLI::Range(std::int64_t{0}, std::int64_t{86'400'000}))
    ->default_str(std::to_string(into.count()));
}

void add_network(CLI::App& app, redial::telephony::simulator_options& network) {
  app.add_option("--seed", network.seed, "What becomes of attempt n to a number is decided by this")
    ->capture_default_str();
  app.add_flag("--instant", network.instant, "Calls take no time at all");
  add_duration(app, "--ring-min-ms", network.ring_min, "Shortest time to the answer");
  add_duration(app, "--ring-mean-ms", network.ring_mean, "Mean of it");
  add_duration(app, "--ring-max-ms", network.ring_max, "Longest of it");
  add_duration(app, "--talk-mean-ms", network.talk_mean, "Mean time from answer to hang-up");
  add_duration(app, "--talk-max-ms", network.talk_max, "Longest of it");
}

void add_serving(CLI::App& app, provider_options& options, flags& given) {
  const std::map<std::string, result_place> places{{"after", result_place::after}, {"before", result_place::before},
    {"within", result_place::within}, {"mixed", result_place::mixed}};
  const std::map<std::string, telling> tellings{{"all", telling::all}, {"essential", telling::essential}};
  app.add_option("--listen", given.listen, "HOST:PORT; port 0 picks a free one")->capture_default_str();
  app.add_option("--base-path", options.desk.base_path, "What stands before /calls, for instance /v2");
  app.add_option("--secret", options.desk.secret, "Shared with redial (also REDIAL_PROVIDER_SECRET)")
    ->envname("REDIAL_PROVIDER_SECRET");
  app.add_option("--ledger", options.ledger, "File in which every call is noted before it is answered");
  app.add_option("--max-calls", options.desk.most_live, "Calls in progress at a time; further ones are answered 429")
    ->capture_default_str();
  app.add_option("--tell", options.calls.story.tell, "Which events are called back: all, or the essential ones")
    ->transform(CLI::CheckedTransformer(tellings).description("all, essential"));
  app.add_option("--result", options.calls.story.result, "Where the disposition is told, seen from the call's end")
    ->transform(CLI::CheckedTransformer(places).description("after, before, within, mixed"));
  app.add_option("--result-delay-ms", given.result_delay_ms, "How long after the end, with --result after");
  app.add_option("--callback-connections", options.callbacks.connections, "Kept open at a time")->capture_default_str();
  app.add_option("--callback-timeout-ms", given.callback_timeout_ms, "Until a callback counts as not taken")
    ->capture_default_str();
  app.add_option("--callback-backoff-ms", given.backoff_ms, "Until it is sent again; doubles")->capture_default_str();
  app.add_option("--callback-backoff-most-ms", given.backoff_most_ms, "The longest of that")->capture_default_str();
  app.add_option("--callback-give-up-s", given.give_up_s, "How long it is tried")->capture_default_str();
  app.add_option("--fault", given.faults, "NAME=VALUE: a fault to begin with; see bench/provider/README.md")
    ->take_all();
  app.add_option("--fault-seed", options.seed, "When faults come to pass is decided by this")->capture_default_str();
  app.add_option("--restart-after", given.restart_after_s, "Seconds after which it starts anew without a goodbye");
}

void take(const flags& given, provider_options& options) {
  const auto colon = given.listen.rfind(':');
  if (colon == std::string::npos)
    throw std::invalid_argument{"--listen must be HOST:PORT"};
  options.host = given.listen.substr(0, colon);
  const auto port = std::stoul(given.listen.substr(colon + 1));
  if (port > 65'535)
    throw std::invalid_argument{"--listen: the port must be 0 to 65535"};
  options.port = static_cast<std::uint16_t>(port);
  options.calls.story.result_delay = milliseconds{given.result_delay_ms};
  options.calls.backoff_first = milliseconds{given.backoff_ms};
  options.calls.backoff_most = milliseconds{given.backoff_most_ms};
  options.calls.give_up = std::chrono::seconds{given.give_up_s};
  options.callbacks.timeout = milliseconds{given.callback_timeout_ms};
  for (const auto& each : given.faults) {
    if (auto done = set_fault(options.orders, each); !done)
      throw std::invalid_argument{"--fault " + each + ": " + done.error().detail};
  }
}

/// Begins again as the same process, with nothing carried over but the command line: a crash that comes back.
void restart(char** arguments) {
  ::close_range(3, ~0U, 0);
  ::execv("/proc/self/exe", arguments);
  std::cerr << "redial-provider: cannot start anew: " << std::generic_category().message(errno) << std::endl;
  ::_exit(1);
}

int serve(provider_options& options, const flags& given, char** arguments) {
  take(given, options);
  provider serving{options};
  boost::asio::signal_set signals{serving.io(), SIGINT, SIGTERM};
  signals.async_wait([&](boost::system::error_code error, int) {
    if (!error)
      serving.stop();
  });
  boost::asio::steady_timer life{serving.io()};
  if (given.restart_after_s > 0) {
    if (options.port == 0)
      throw std::invalid_argument{"--restart-after needs a port that stays the same"};
    life.expires_after(milliseconds{static_cast<std::int64_t>(given.restart_after_s * 1000)});
    life.async_wait([&](boost::system::error_code error) {
      if (!error)
        restart(arguments);
    });
  }
  std::cout << "redial-provider listening on http://" << options.host << ':' << serving.port() << std::endl;
  serving.run();
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  CLI::App app{"A telephony provider for tests of redial: speaks docs/gateway-protocol.md and rings nobody"};
  provider_options options;
  flags given;
  add_serving(app, options, given);
  add_network(app, options.calls.story.network);
  auto* check = app.add_subcommand("ledger-check", "Look for calls placed twice in a ledger; exit status 1 if so");
  std::string file;
  check->add_option("file", file, "The ledger")->required();
  CLI11_PARSE(app, argc, argv);
  try {
    if (check->parsed()) {
      const auto report = check_ledger(file);
      std::cout << report.to_text();
      return report.clean() ? 0 : 1;
    }
    return serve(options, given, argv);
  } catch (const std::exception& e) {
    std::cerr << "redial-provider: " << e.what() << '\n';
    return 2;
  }
}
