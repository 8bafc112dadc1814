#include "bench/client.hpp"
#include "bench/contact_list.hpp"
#include "bench/measure.hpp"
#include "bench/prober.hpp"
#include "bench/server_process.hpp"
#include "bench/watch.hpp"

#include <chrono>
#include <thread>

namespace redial::bench {

namespace {

constexpr double attempts_a_second = 10'000;
constexpr double probes_a_second = 400; // of each path
constexpr std::uint64_t other_campaigns = 200;

/// Probes both paths while `load` runs, and adds what it took.
template <class Load>
void probe(std::uint16_t port, const std::string& path, const std::string& while_what, report& into, Load load) {
  prober one{port, path, probes_a_second};
  prober list{port, "/v1/campaigns?status=running", probes_a_second};
  load();
  for (auto& [name, took] : {std::pair{"GET of a campaign, " + while_what, one.stop()},
         std::pair{"GET of the running ones, " + while_what, list.stop()}}) {
    into.add(name + ", p50", "ms", quantile(took, 0.5));
    into.add(name + ", p99", "ms", quantile(took, 0.99), "5");
    into.add(name + ", max", "ms", took.back());
  }
}

} // namespace

void measure_latency(const bench_options& options, report& into) {
  auto plan = fresh_plan(options, {});
  for (auto& [key, value] : plan.settings) {
    if (key == "lines.calls_per_second")
      value = std::to_string(attempts_a_second);
  }
  const server_process server{plan};
  client http{server.port()};
  // A page of running campaigns, one of which has something to do.
  for (std::uint64_t n = 0; n < other_campaigns; ++n) {
    const auto small = path_of(http.post("/v1/campaigns", campaign_json({1, 3, 240})));
    http.patch(small, R"({"action":"start"})");
  }
  const auto path = path_of(http.post("/v1/campaigns", campaign_json({options.contacts, 3, 10'080})));
  const auto upload = campaign_json({options.contacts, 3, 240});

  probe(server.port(), path, "at rest", into, [] { std::this_thread::sleep_for(std::chrono::seconds{5}); });

  http.patch(path, R"({"action":"start"})");
  const auto attempted = [&] { return http.get(path).at("calls_attempted").get<double>(); };
  const auto rate_of = [&](const std::string& name, double before, const lap& run) {
    into.add(name, "1/s", (attempted() - before) / run.wall);
  };
  std::this_thread::sleep_for(std::chrono::seconds{2});
  auto before = attempted();
  watch first{server.pid()};
  probe(server.port(), path, "10,000 attempts/s", into, [] { std::this_thread::sleep_for(std::chrono::seconds{20}); });
  rate_of("attempts meanwhile", before, first.read());

  before = attempted();
  watch second{server.pid()};
  probe(server.port(), path, "10,000 attempts/s and an upload", into, [&] {
    const auto begin = std::chrono::steady_clock::now();
    for (int n = 0; n < 5; ++n)
      http.post("/v1/campaigns", upload);
    into.add("1,000,000 contacts by one POST meanwhile", "s",
      std::chrono::duration<double>{std::chrono::steady_clock::now() - begin}.count() / 5);
  });
  rate_of("attempts during the uploads", before, second.read());
}

} // namespace redial::bench
