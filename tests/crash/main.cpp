/// kill -9, again and again, of the real redial that dials through the real provider with all its faults, while clients
/// order it about. Then everything is compared with everything.
#include "bench/provider/ledger.hpp"
#include "tests/crash/campaign_file.hpp"
#include "tests/crash/clients.hpp"
#include "tests/crash/judge.hpp"
#include "tests/crash/stage.hpp"
#include "tests/e2e/client.hpp"
#include "tests/e2e/shown_stderr.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <chrono>
#include <iostream>
#include <random>
#include <thread>

namespace redial::e2e {

/// What was said by programs that ended as they should is of no interest; where one did not, the exception bears it.
void keep_stderr(const std::string&, const std::string&) {}

} // namespace redial::e2e

namespace {

using namespace redial;
using namespace redial::crash;
using nlohmann::json;
using steady = std::chrono::steady_clock;

struct options {
  std::uint64_t seed = 0;
  unsigned kills = 10;
  unsigned clients = 4;
  unsigned contacts = 0; ///< 0: as many as the kills give time for
  std::string faults = "all";
  std::string keep;
  std::vector<std::string> settings;
};

/// Everything that can go wrong at the provider. Refusals slow all lines down for a second, so there are few.
json all_faults() {
  return {{"reset_before", 0.003}, {"silent_before", 0.001}, {"accept_late", 0.003}, {"too_many", 0.0003},
    {"unavailable", 0.0002}, {"reject", 0.005}, {"reset_after", 0.003}, {"silent_after", 0.002}, {"error_after", 0.003},
    {"answer_late", 0.003}, {"lookup_error", 0.05}, {"lookup_reset", 0.03}, {"lookup_silent", 0.01},
    {"callback_lose", 0.002}, {"callback_duplicate", 0.02}, {"callback_delay", 0.01}, {"callback_reorder", 0.02},
    {"late_ms", 1300}, {"silent_ms", 5000}, {"callback_delay_ms", 300}, {"callback_reorder_ms", 200},
    {"burst_every_ms", 9000}, {"burst_for_ms", 60}};
}

/// Stops every campaign that still dials, and waits until no call is in progress.
void settle(std::uint16_t port, std::vector<campaign_note>& notes) {
  e2e::client http{port};
  std::map<std::string, campaign_note*> by_id;
  for (auto& note : notes)
    by_id[note.name] = &note;
  for (const auto& file : list_campaigns(http)) {
    if (file.status != "running")
      continue;
    action_note note{action::stop, fate::open, provider::stamp_now().boot_ns, 0, {}, 0};
    const auto got = http.patch("/v1/campaigns/" + file.id, R"({"action":"stop"})");
    note.answered_ns = provider::stamp_now().boot_ns;
    // 409: it has just completed. 503: stopped, but calls may be on their way still; so it promises nothing.
    note.went = got.status == 200 ? fate::acknowledged : got.status == 503 ? fate::open : fate::refused;
    if (got.status != 200 && got.status != 409 && got.status != 503)
      throw std::runtime_error{"stop was answered " + got.body};
    if (const auto found = by_id.find(file.name); found != by_id.end())
      found->second->actions.push_back(std::move(note));
  }
  const auto until = steady::now() + e2e::patience;
  for (;;) {
    std::uint64_t busy = 0;
    std::uint64_t running = 0;
    for (const auto& file : list_campaigns(http)) {
      busy += file.contacts.at("in_progress");
      running += file.status == "running" ? 1 : 0;
    }
    if (busy == 0 && running == 0)
      return;
    if (steady::now() > until)
      throw std::runtime_error{
        std::to_string(busy) + " calls are in progress still, and " + std::to_string(running) + " campaigns running"};
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
  }
}

void kill_again_and_again(stage& on, const options& given, std::mt19937_64& random) {
  for (unsigned n = 1; n <= given.kills; ++n) {
    // Now and then at once, while it still recovers.
    const auto wait = std::bernoulli_distribution{0.15}(random) ? std::uniform_int_distribution<int>{0, 60}(random)
                                                                : std::uniform_int_distribution<int>{300, 2200}(random);
    std::this_thread::sleep_for(std::chrono::milliseconds{wait});
    const auto whom = std::uniform_int_distribution<int>{0, 9}(random);
    if (whom == 0)
      on.kill_provider();
    else if (whom == 1)
      on.kill_both();
    else
      on.kill_redial();
    if (n % 10 == 0)
      std::cout << n << " kills, " << on.provider_stats().at("calls") << " calls placed" << std::endl;
  }
}

void print(const verdict& v) {
  std::cout << v.campaigns << " campaigns, " << v.contacts << " contacts, " << v.calls << " calls on file, " << v.placed
            << " placed, " << v.retries << " of them retries; " << v.refused << " refused for good, " << v.unknown
            << " unknown, " << v.no_disposition << " without their result\nacknowledged: " << v.pauses << " pauses, "
            << v.stops << " stops, " << v.removals << " removals, " << v.additions
            << " additions; on the do-not-call list: " << v.listed << " numbers put there, " << v.taken_off
            << " taken off, " << v.asked_off << " that asked for it; cut off: " << v.open_requests << " requests\n";
  for (const auto& each : v.faults)
    std::cout << "FAULT: " << each << '\n';
  if (v.fault_count > v.faults.size())
    std::cout << "… and " << v.fault_count - v.faults.size() << " more\n";
}

/// @returns whether all is well.
bool run(const options& given) {
  std::mt19937_64 random{given.seed};
  stage on{{given.seed, 1000, given.settings}};
  if (given.faults == "all")
    on.order(all_faults());
  const auto contacts = given.contacts > 0 ? given.contacts : 4000 * (given.kills + 2);
  std::vector<std::unique_ptr<api_client>> clients;
  for (unsigned n = 0; n < given.clients; ++n)
    clients.push_back(
      std::make_unique<api_client>(client_options{on.redial_port(), given.seed, n, contacts / given.clients + 1}));
  const auto began = steady::now();
  std::exception_ptr failed;
  try {
    kill_again_and_again(on, given, random);
  } catch (...) {
    failed = std::current_exception();
  }
  const auto took = std::chrono::duration<double>(steady::now() - began).count();
  client_notes notes;
  for (auto& each : clients) {
    auto written = each->finish();
    std::move(written.campaigns.begin(), written.campaigns.end(), std::back_inserter(notes.campaigns));
    std::move(written.do_not_call.begin(), written.do_not_call.end(), std::back_inserter(notes.do_not_call));
  }
  if (failed)
    std::rethrow_exception(failed);
  const auto placed = on.provider_stats().at("calls").get<double>();
  std::cout << given.kills << " kills in " << static_cast<int>(took) << " s, " << static_cast<int>(placed / took)
            << " calls placed a second\n"
            << on.provider_stats().dump() << std::endl;

  // What was lost on the way is looked up by the last start.
  on.order(json::object());
  on.kill_redial();
  settle(on.redial_port(), notes.campaigns);
  telephony::simulator_options network = stage::network(given.seed);
  const auto found =
    judge({on.ledger(), std::move(notes.campaigns), std::move(notes.do_not_call), network, on.redial_port()});
  print(found);
  on.stop();
  const auto verified = on.verify();
  if (verified.status != 0)
    std::cout << "FAULT: redial verify ended with " << verified.status << ":\n" << verified.out << '\n';
  const bool good = found.fault_count == 0 && verified.status == 0;
  if (!good && !given.keep.empty()) {
    std::filesystem::copy(on.directory(), given.keep, std::filesystem::copy_options::recursive);
    std::cout << "ledger, data and outputs are in " << given.keep << '\n';
  }
  return good;
}

} // namespace

int main(int argc, char** argv) {
  CLI::App app{"Kills redial and its provider again and again, and looks for anything lost or done twice"};
  options given;
  given.seed = std::random_device{}() % 1'000'000;
  app.add_option("--seed", given.seed, "What happens, as far as processes and threads allow");
  app.add_option("--kills", given.kills, "How often")->capture_default_str();
  app.add_option("--clients", given.clients, "API clients at a time")->capture_default_str()->check(CLI::Range(1, 9));
  app.add_option("--contacts", given.contacts, "Contacts in all campaigns; 0: 4000 a kill")->capture_default_str();
  app.add_option("--faults", given.faults, "all or none")->check(CLI::IsMember({"all", "none"}))->capture_default_str();
  app.add_option("--keep", given.keep, "Directory for ledger, data and outputs, should anything be wrong");
  app.add_option("--set", given.settings, "KEY=VALUE: a further setting of redial")->take_all();
  CLI11_PARSE(app, argc, argv);
  const auto again = "crash_test --seed " + std::to_string(given.seed) + " --kills " + std::to_string(given.kills)
                     + " --clients " + std::to_string(given.clients) + " --contacts " + std::to_string(given.contacts)
                     + " --faults " + given.faults;
  std::cout << again << std::endl;
  bool good = false;
  try {
    good = run(given);
  } catch (const std::exception& e) {
    std::cout << "FAULT: " << e.what() << '\n';
  }
  std::cout << (good ? "clean: " : "NOT CLEAN; once more: ") << again << std::endl;
  return good ? 0 : 1;
}
