#include "bench/contact_list.hpp"
#include "bench/load/stage.hpp"

#include <algorithm>
#include <random>

namespace redial::bench {

namespace {

constexpr double attempts_a_second = 5'000;

std::shared_ptr<const std::string> phones_body(std::uint64_t first, std::uint64_t count) {
  auto body = std::make_shared<std::string>(R"({"phones":[)");
  for (std::uint64_t i = 0; i < count; ++i)
    *body += (i > 0 ? ",\"+" : "\"+") + std::to_string(first_phone + first + i) + '"';
  *body += "]}";
  return body;
}

} // namespace

/// The campaign is dialed from the front of its list meanwhile; removed are contacts from anywhere in it.
void load_delete(const load_options& options, load_results& into) {
  const stage on{
    options, {{"lines.calls_per_second", std::to_string(attempts_a_second)}, {"gateway.simulator.workload", "peers"}}};
  client http{on.where()};
  const auto contacts = std::max<std::uint64_t>(options.contacts / 5, 10'000);
  const auto path = path_of(http.post("/v1/campaigns", campaign_json({contacts, 3, 240})));
  http.patch(path, R"({"action":"start"})");
  open_loop callers{on.where(), options.connections};
  std::mt19937_64 random{options.seed};
  const auto rate = 300 * options.scale;
  into.add("delete", rate,
    callers.run(rate, std::chrono::duration<double>{options.seconds}, options.seed, [&](std::uint64_t) -> ask {
      const auto many = random() % 50 == 0;
      const std::uint64_t count = many ? 1'000 : 10;
      return {many ? "DELETE 1,000 contacts" : "DELETE 10 contacts", boost::beast::http::verb::delete_,
        path + "/contacts", phones_body(random() % (contacts - count), count)};
    }));
}

} // namespace redial::bench
