#include "bench/contact_list.hpp"
#include "bench/load/mix.hpp"
#include "bench/load/stage.hpp"

#include <chrono>

namespace redial::bench {

namespace {

constexpr double attempts_a_second = 10'000;

} // namespace

/// A long campaign dials 10,000 people a second while everybody else goes about their day.
void load_day(const load_options& options, load_results& into) {
  const stage on{
    options, {{"lines.calls_per_second", std::to_string(attempts_a_second)}, {"gateway.simulator.workload", "peers"}}};
  client http{on.where()};
  // Its phones are those of nobody else.
  const auto path = path_of(http.post("/v1/campaigns", campaign_json({options.contacts, 3, 10'080, 950'000'000})));
  http.patch(path, R"({"action":"start"})");
  const auto attempted = [&] { return http.get("/v1/calls?limit=1").at("total").get<double>(); };
  const auto before = attempted();
  const auto begin = std::chrono::steady_clock::now();

  open_loop callers{on.where(), options.connections};
  mix day{{}, options.seed};
  const auto rate = 500 * options.scale;
  // Three times as long as one of the storms: it is many of them.
  auto outcome = callers.run(
    rate, std::chrono::duration<double>{3 * options.seconds}, options.seed,
    [&](std::uint64_t n) { return day.make(n); },
    [&](const ask& asked, unsigned status, const std::string& body) { day.told(asked, status, body, callers); });
  const auto length = std::chrono::duration<double>{std::chrono::steady_clock::now() - begin}.count();
  into.figures().add("attempts a second during the mixed day", "1/s", (attempted() - before) / length);
  into.add("day", rate, std::move(outcome));
}

} // namespace redial::bench
