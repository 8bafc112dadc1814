#include "bench/contact_list.hpp"
#include "bench/load/stage.hpp"

#include <random>

namespace redial::bench {

namespace {

constexpr std::uint64_t campaigns = 200;

} // namespace

/// Half of the campaigns run (their retries are hours away), half have not begun.
void load_polling(const load_options& options, load_results& into) {
  const stage on{options, {{"gateway.simulator.workload", "peers"}}};
  client http{on.where()};
  std::vector<std::string> paths;
  for (std::uint64_t n = 0; n < campaigns; ++n) {
    paths.push_back(path_of(http.post("/v1/campaigns", campaign_json({100, 3, 240, n * 100}))));
    if (n % 2 == 0)
      http.patch(paths.back(), R"({"action":"start"})");
  }
  open_loop callers{on.where(), options.connections};
  std::mt19937_64 random{options.seed};
  const auto rate = 2'000 * options.scale;
  into.add("polling", rate,
    callers.run(rate, std::chrono::duration<double>{options.seconds}, options.seed, [&](std::uint64_t) -> ask {
      using boost::beast::http::verb;
      const auto& path = paths[random() % paths.size()];
      switch (random() % 20) {
      case 0: return {"GET campaigns", verb::get, "/v1/campaigns?limit=20"};
      case 1: return {"GET campaigns?status=running", verb::get, "/v1/campaigns?status=running&limit=20"};
      case 2: return {"GET contacts", verb::get, path + "/contacts?limit=20"};
      case 3: return {"GET calls", verb::get, "/v1/calls?limit=20"};
      default: return {"GET campaign", verb::get, path};
      }
    }));
}

} // namespace redial::bench
